/// The pgtrickle command: run, demo, views, slots, doctor; HTTP, metrics, configuration.
@NullMarked
package io.pgtrickle.cli;

import org.jspecify.annotations.NullMarked;
