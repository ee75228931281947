/// Health, metrics and the read-only API.
@NullMarked
package io.pgtrickle.cli.http;

import org.jspecify.annotations.NullMarked;
