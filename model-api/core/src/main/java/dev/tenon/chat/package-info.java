/** Conversations: messages, and templates that make them the text of a prompt. */
@NullMarked
package dev.tenon.chat;

import org.jspecify.annotations.NullMarked;
