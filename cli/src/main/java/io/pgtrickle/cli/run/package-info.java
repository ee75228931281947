/// The commands that start, install and show a sidecar.
@NullMarked
package io.pgtrickle.cli.run;

import org.jspecify.annotations.NullMarked;
