/**
 * What vendors call an error whose prompt, or prompt and answer together, does not fit into the
 * window of the model: `code`, `type` or `status` of the error.
 */
const overflowCodes: ReadonlySet<string> = new Set([
  // https://platform.openai.com/docs/guides/error-codes; Groq and most compatible servers too
  'context_length_exceeded',
  'context_window_exceeded',
  // https://docs.z.ai/api-reference/api-code
  'model_context_window_exceeded',
  // llama.cpp's tools/server: format_error_response
  'exceed_context_size_error',
])

/** In their messages, where nothing else tells. Each is shown by an error in context-overflow.test.ts. */
const overflowWords: readonly RegExp[] = [
  /maximum (?:context|prompt) (?:length|limit|window)/i,
  /context[_ ](?:length|window|limit|size)[_ ](?:has been )?exceed/i,
  /exceed(?:s|ed)? (?:the |this |max(?:imum)? |available |model )*(?:model's )?(?:maximum |available )?context/i,
  /context window/i,
  /context length is only \d/i,
  /(?:longer|greater) than the (?:model's )?context length/i,
  /(?:prompt|input)(?: is|:)? too long/i,
  /prompt exceeds max(?:imum)? length/i,
  /too many (?:input )?tokens/i,
  /input tokens? (?:count )?.{0,40}exceed/i,
  /input token count is \d+ but the model only supports/i,
  /input length .{0,60}exceeds the maximum allowed/i,
  /prompt token count of \d+ exceeds/i,
  /exceeded model token limit/i,
  /reduce the length of the (?:messages|input|prompt)/i,
  /range of input length should be/i,
  /`inputs` tokens \+ `max_new_tokens` must be/i,
  /max_tokens`? exceed context/i,
  /prompt has [\d,]+ tokens, but the configured context size/i,
  // A field of a few characters may be too long as well.
  /string too long\. expected a string with maximum length \d{6}/i,
]

/** Whether an error of these codes and this message says that the prompt is too long for the model. */
export function isContextOverflow(codes: readonly string[], message: string): boolean {
  return (
    codes.some((code) => overflowCodes.has(code)) ||
    overflowWords.some((words) => words.test(message))
  )
}
