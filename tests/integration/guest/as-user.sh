#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# as-user.sh USER CMD…: runs CMD as USER, with the environment that leads to USER's manager.
set -euo pipefail

# shellcheck source=tests/integration/users.sh
. "${BASH_SOURCE[0]%/*}/../users.sh"
as_user "$@"
