package dev.tenon.model;

/** What a {@link Model} holds: a {@link Network} that describes, or an {@link Engine} that runs. */
public sealed interface ModelModule permits Network, Engine {}
