/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Limits below what is used already: the kernel takes them, kills for memory and lets nothing more be started. Who sets
 * one is told before it is written, in one line. */

#include "cgroup/attribute.h"
#include "cgscope/cli/aim.h"

void undercut_warn_properties(const Aim *aim, const PropertyList *properties);
void undercut_warn_attributes(const Aim *aim, const AttributeList *attributes);
