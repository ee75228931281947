/// Orders that PostgreSQL alone knows: collations of ICU and libc, operator classes of extensions. Values get labels that stand for
/// their places.
@NullMarked
package io.pgtrickle.dataflow.order;

import org.jspecify.annotations.NullMarked;
