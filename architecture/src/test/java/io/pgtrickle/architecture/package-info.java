/// What holds the tree together: which module may know which, and what no file may have.
@NullMarked
package io.pgtrickle.architecture;

import org.jspecify.annotations.NullMarked;
