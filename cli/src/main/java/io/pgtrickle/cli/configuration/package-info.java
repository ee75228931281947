/// The settings of a sidecar, from defaults, file, environment and flags.
@NullMarked
package io.pgtrickle.cli.configuration;

import org.jspecify.annotations.NullMarked;
