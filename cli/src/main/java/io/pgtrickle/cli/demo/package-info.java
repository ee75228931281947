/// A shop that keeps buying, and views over it.
@NullMarked
package io.pgtrickle.cli.demo;

import org.jspecify.annotations.NullMarked;
