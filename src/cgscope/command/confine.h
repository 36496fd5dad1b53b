/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* --cgroup-namespace at work: this process, or one that is to be started, sees its own subtree alone. What is wrong is
 * said, with the setting that forbids it. */

#include "cgscope/cli/aim.h"
#include "cgscope/command/command-options.h"
#include "namespace/confinement.h"

/* How the caller gets there: by its own rights, or by a user namespace. */
ConfinementFlags confine_flags(const NamespaceOptions *options);

/* Warns where the hierarchy @root is mounted without nsdelegate. To be done before. */
void confine_check_delegation(int root);

/* The calling process, where it is now. */
int confine_self(ConfinementFlags flags);

/* The namespaces for another, that begin where the calling process is now; and that other. */
int confine_prepare(ConfinementFlags flags, Confinement *ret);
int confine_by(const Confinement *confinement);

/* The calling process, which is in the group that @aim is: from there on with @options->leaf, else from its boundary
 * on. */
int confine_in(const Aim *aim, const NamespaceOptions *options);
