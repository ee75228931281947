CREATE TABLE person (
    id bigint PRIMARY KEY, name text, email text, credit_card text, city text, state text, at timestamp);
CREATE TABLE auction (
    id bigint PRIMARY KEY, item text, initial_bid bigint, reserve bigint, at timestamp, expires timestamp,
    seller bigint, category bigint);
CREATE TABLE bid (
    id bigint PRIMARY KEY, auction bigint, bidder bigint, price bigint, channel text, url text, at timestamp);
CREATE TABLE side_input (key bigint PRIMARY KEY, value text);
