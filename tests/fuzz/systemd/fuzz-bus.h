/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Messages made of an input, for a bus that goes nowhere. */

#include <systemd/sd-bus.h>

#include "fuzz.h"

/* The bus; the same for all inputs, or with @anew another one. */
sd_bus *fuzz_bus(bool anew);

/* Appends values of @signature, or now and then of another one. */
void fuzz_append(sd_bus_message *message, const char *signature, FuzzInput *input);

/* Ends it, and lets it be read from its beginning. */
void fuzz_seal(sd_bus_message *message);
