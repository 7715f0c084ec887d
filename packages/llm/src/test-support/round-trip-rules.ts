import type { Seal } from './random-thought.ts'

/** How a dialect is tried, and what it cannot bring back. */
export interface RoundTripRules {
  /** One of each family whose requests differ. Defaults to one that nobody knows. */
  readonly models?: readonly string[]
  /** What only the dialect knows, as the assistant says it. Defaults to nothing. */
  readonly nativeBlocks?: readonly Readonly<Record<string, unknown>>[]
  /** How it seals thinking. Defaults to both ways. */
  readonly seals?: readonly Seal[]
  /** Whether it has one prompt and no dialogue, and no tools. */
  readonly isBare?: true
  /** Whether a request has one text, which a user says, and nothing else. */
  readonly isPrompt?: true
  /** Whether JSON is not answered beside tools. */
  readonly answersJsonAlone?: true
  /** Whether system messages stand before all others. */
  readonly systemFirst?: true
  /** Whether neighbours of one role are one message. */
  readonly joinsMessages?: true
  /** Whether all texts of an answer's message are one. */
  readonly joinsTexts?: true
  /** Places that differ, as `differences` writes them, each with the reason. */
  readonly requests?: Readonly<Record<string, string>>
  readonly answers?: Readonly<Record<string, string>>
  /** In addition to those of whole answers. */
  readonly streams?: Readonly<Record<string, string>>
}

const noSchemaName = 'a schema has no name'

const oneText = 'a message has one text'
const bareOllamaRequests = {
  'items[message.system].content[input_text]': oneText,
  'items[message.system].content[input_text].extras': oneText,
  'items[message.user].content[input_text]': oneText,
  'items[message.user].content[input_text].extras': oneText,
  'responseFormat.name': noSchemaName,
  'responseFormat.strict': 'every schema is kept to',
  'settings.reasoningEffort': 'most models think or do not',
}
const ollamaRequests = {
  ...bareOllamaRequests,
  'items[function_call].extras': 'a call is a name and arguments',
  'items[function_call_output].extras': 'an output is a text',
  toolChoice: 'there is none: a model that must not call gets no tools',
  'tools[]': 'the same',
}
const ollamaAnswers = {
  id: 'an answer has none',
  serviceTier: 'there is one only',
  stopSequence: 'it is not told',
  extras: 'only what is known is read',
  'output[message.assistant].content[output_text]': 'a refusal is text',
  'output[message.assistant].content[refusal]': 'the same',
  'output[message.assistant].content[output_text].annotations': 'there are none',
  'usage.cacheWriteInputTokens': 'caches are not counted',
  'usage.cachedInputTokens': 'the same',
  'usage.reasoningTokens': 'tokens of thinking are among those of output',
}

/** Every dialect that has any. */
export const roundTripRules: Readonly<Record<string, RoundTripRules>> = {
  'openai-chat': {
    joinsTexts: true,
    requests: {
      'items[function_call].extras': 'a server refuses fields of a call that it does not know',
      'items[function_call_output].extras': 'the same of a message',
    },
  },
  'openai-completions': {
    seals: [],
    isBare: true,
    isPrompt: true,
    joinsTexts: true,
    answers: {
      extras: 'they are those of a chat completion',
      'output[reasoning]': 'there is text only',
      'output[message.assistant].content[output_text]': 'a refusal is text',
      'output[message.assistant].content[refusal]': 'the same',
      'output[message.assistant].content[output_text].annotations': 'there are none',
      'output[message.assistant].content[output_text].logprobs[].bytes':
        'a token is told by its text',
    },
  },
  'anthropic-messages': {
    models: ['claude-sonnet-4-5', 'claude-opus-4-8'],
    nativeBlocks: [
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
      { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] },
    ],
    systemFirst: true,
    joinsMessages: true,
    requests: { 'responseFormat.name': noSchemaName },
    answers: {
      createdAt: 'an answer has no time',
      finishReason: 'a refusal is a reason to stop',
      usage: 'there are always counts',
      'usage.reasoningTokens': 'tokens of thinking are among those of output',
      'output[message.assistant].content[output_text].annotations[url_citation].cited_text':
        'a citation always has a text, which may be empty',
      'output[message.assistant].content[output_text].logprobs': 'there are none',
    },
  },
  'openai-responses': {
    seals: ['encrypted_content'],
    answers: {
      id: 'the id of an answer begins with resp_',
      serviceTier: 'there always is one',
      stopSequence: 'it is not told',
    },
  },
  gemini: {
    // Seals stand at the part that follows the thinking, mostly a call.
    seals: [],
    systemFirst: true,
    joinsMessages: true,
    joinsTexts: true,
    requests: {
      'items[reasoning]': 'thinking goes back by its seals only',
      'items[function_call_output].extras': 'a response has nothing beside it',
      'items[message.system].content[input_text].extras': 'the system instruction is text',
      'items[message.user].content[input_file].filename': 'data has a type and no name',
      'items[message.user].content[input_file].extras': 'a URL has a type as well',
      'items[message.user].content[input_image].extras': 'the same',
      'responseFormat.name': noSchemaName,
      allowedTools: 'one allowed tool that is forced is a tool that is forced',
      toolChoice: 'the same',
      'extras.toolConfig': 'the mode tells that the choice is among allowed tools',
    },
    answers: {
      createdAt: 'an answer has no time',
      serviceTier: 'it is not told',
      stopSequence: 'it is not told',
      usage: 'there are always counts',
      'usage.cacheWriteInputTokens': 'writing a cache is not counted',
      'output[message.assistant].content[output_text]': 'a refusal is text',
      'output[message.assistant].content[refusal]': 'the same',
      'output[message.assistant].content[output_text].annotations[url_citation].cited_text':
        'what is grounded is told by its text',
      'output[message.assistant].content[output_text].annotations[url_citation].origin':
        'chunk and support are kept',
    },
  },
  'cohere-chat': {
    models: ['some-model', 'command-a-reasoning-08-2025'],
    seals: [],
    answersJsonAlone: true,
    requests: {
      'items[function_call].extras': 'a call is a name and arguments',
      'items[function_call_output].extras': 'an output is texts and documents',
      'items[message.system].content[input_text].extras': 'a text has nothing beside it',
      'items[message.user].content[input_text].extras': 'the same',
      'responseFormat.name': noSchemaName,
      'responseFormat.strict': 'every schema is kept to',
      'settings.frequencyPenalty': 'none is less than 0',
      'settings.reasoningEffort': 'a model thinks or does not',
      'settings.topLogprobs': 'those of other tokens are not told',
      'settings.topP': 'none is more than 0.99',
      toolChoice: 'there is no choice of one tool: it is the only one then',
      'tools[]': 'the same',
      'tools[].strict': 'it is said of all tools at once',
    },
    answers: {
      createdAt: 'an answer has no time',
      model: 'nor a model',
      serviceTier: 'there is one only',
      stopSequence: 'which one is not told',
      'output[message.assistant].content[output_text]': 'a refusal is text',
      'output[message.assistant].content[refusal]': 'the same',
      'output[message.assistant].content[output_text].annotations[url_citation].origin':
        'a citation is kept',
      'output[message.assistant].content[output_text].logprobs[].bytes':
        'a token is told by its text',
      'usage.cacheWriteInputTokens': 'writing a cache is not counted',
      'usage.reasoningTokens': 'tokens of thinking are among those of output',
    },
  },
  ollama: {
    seals: [],
    joinsTexts: true,
    requests: ollamaRequests,
    answers: ollamaAnswers,
  },
  'ollama-generate': {
    seals: [],
    isBare: true,
    joinsTexts: true,
    requests: bareOllamaRequests,
    answers: ollamaAnswers,
  },
  'bedrock-converse': {
    systemFirst: true,
    joinsMessages: true,
    models: [
      'qwen.qwen3-32b-v1:0',
      'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'anthropic.claude-sonnet-4-6',
      'amazon.nova-2-lite-v1:0',
      'meta.llama3-3-70b-instruct-v1:0',
    ],
    requests: {
      cacheControl: 'a mark of the whole prompt is one of its last block',
      'items[function_call_output].cache_control': 'the same',
      'items[message.user].content[input_file].cache_control': 'the same',
      'items[message.user].content[input_image].cache_control': 'the same',
      'items[message.user].content[input_text].cache_control': 'the same',
      'items[message.system].content[input_text].extras': 'a text has nothing beside it',
      'items[message.user].content[input_text].extras': 'the same',
      'items[message.user].content[input_file].filename': 'names are unique, and of few characters',
      'responseFormat.strict': 'a schema is always followed',
      'settings.metadata': 'Bedrock refuses other characters',
      'settings.reasoningBudget': 'an effort is a budget of Claude',
      'settings.reasoningEffort':
        'none in a tool loop without its thinking; a limit lowers that of Nova',
      toolChoice: 'there is no choice of none',
      'tools[]': 'a model that must not call gets those of its history only',
      'tools[].cacheControl': 'the same',
      'tools[].description': 'the same',
      'tools[].name': 'the same',
      'tools[].parameters.additionalProperties': 'the same',
      'tools[].parameters.properties': 'the same',
      'tools[].parameters.required': 'the same',
      'tools[].strict': 'the same',
    },
    answers: {
      createdAt: 'an answer has no time',
      id: 'nor an id',
      model: 'nor a model',
      stopSequence: 'which one is not told',
      'usage.reasoningTokens': 'thinking is not counted apart',
      'output[message.assistant].content[output_text]': 'a refusal is text',
      'output[message.assistant].content[refusal]': 'the same',
      'output[message.assistant].content[output_text].logprobs': 'there are none',
      'output[message.assistant].content[output_text].annotations[url_citation].start_index':
        'a citation is of its whole block',
      'output[message.assistant].content[output_text].annotations[url_citation].end_index':
        'the same',
      'output[message.assistant].content[output_text].annotations[url_citation].origin':
        'it is kept',
    },
  },
}
