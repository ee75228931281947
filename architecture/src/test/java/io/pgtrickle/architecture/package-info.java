/// Tests of module directions and of the tree's tidiness.
@NullMarked
package io.pgtrickle.architecture;

import org.jspecify.annotations.NullMarked;
