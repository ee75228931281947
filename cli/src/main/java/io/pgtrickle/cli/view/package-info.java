/// The commands about views.
@NullMarked
package io.pgtrickle.cli.view;

import org.jspecify.annotations.NullMarked;
