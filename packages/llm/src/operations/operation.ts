/** What a model is asked for, in OpenTelemetry's words where it has some. */
export type Operation = 'chat' | 'embeddings' | 'moderation' | 'rerank'
