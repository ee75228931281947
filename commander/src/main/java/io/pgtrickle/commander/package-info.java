/// The sidecar: commands, the catalog of views, population, steps, recovery. Wires the other rooms.
@NullMarked
package io.pgtrickle.commander;

import org.jspecify.annotations.NullMarked;
