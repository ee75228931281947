/// The seam to the sidecar's engine.
@NullMarked
package io.pgtrickle.cli.engine;

import org.jspecify.annotations.NullMarked;
