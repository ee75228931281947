/// The container image and its tests.
@NullMarked
package io.pgtrickle.docker;

import org.jspecify.annotations.NullMarked;
