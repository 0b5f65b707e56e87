/** BERT, RoBERTa and DistilBERT: encoders of one body, with their embeddings and heads. */
@NullMarked
package dev.tenon.nn.family.bert;

import org.jspecify.annotations.NullMarked;
