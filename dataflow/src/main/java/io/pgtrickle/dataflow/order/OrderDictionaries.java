package io.pgtrickle.dataflow.order;

/// The dictionaries of one circuit, one for each order, so that labels of one type are comparable wherever they were given.
@FunctionalInterface
public interface OrderDictionaries {

    OrderDictionary dictionary(ServerOrder order);
}
