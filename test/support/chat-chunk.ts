/** A frame of a stream of chat completions, as a provider sends it. */
export function chatChunk(content: string, finish_reason: string | null = null): string {
  return `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { content }, finish_reason }],
  })}\n\n`
}
