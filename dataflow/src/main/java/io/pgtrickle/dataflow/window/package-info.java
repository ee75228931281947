/// Window functions over one partition, whose rows lie in order: frames, and what each function makes of them.
@NullMarked
package io.pgtrickle.dataflow.window;

import org.jspecify.annotations.NullMarked;
