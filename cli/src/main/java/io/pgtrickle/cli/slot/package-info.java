/// The commands about replication slots.
@NullMarked
package io.pgtrickle.cli.slot;

import org.jspecify.annotations.NullMarked;
