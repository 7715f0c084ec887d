import type { CallerAnswer } from './caller-answer.ts'
import { geminiCall } from './gemini-call.ts'
import { messagesCall } from './messages-call.ts'
import { ollamaCall } from './ollama-call.ts'
import { chatCall, completionsCall, editCall, responsesCall } from './openai-call.ts'
import type { ProviderFormat } from './formats/provider-format.ts'

/** One way in which applications call models through the gateway. */
export interface CallerKind {
  readonly name: string
  /** The surface of the gateway that it uses. */
  readonly surface: string
  /** The format that it reads. */
  readonly speaks: ProviderFormat['type'] | 'Completions' | 'Gemini' | 'Ollama' | 'Responses'
  /** Whose answers reach it as they are, unread by the gateway. */
  readonly passes?: ProviderFormat['type']
  /** Whether its API has errors without codes. */
  readonly lacksCodes?: true
  call(gatewayURL: string, stream: boolean): Promise<CallerAnswer>
}

/** What is asked in every call; it may appear in no log. */
export const prompt = 'the prompt of the laboratory'

const conversation = { context: { conversation: 'new' } }

/** All ways; a test sees to it that every surface that calls models has one. */
export const callers: readonly CallerKind[] = [
  {
    name: 'completions',
    surface: 'completions',
    speaks: 'Completions',
    call: (url, stream) => completionsCall(url, stream, prompt),
  },
  {
    name: 'chat completions',
    surface: 'chat-completions',
    speaks: 'OpenAI',
    passes: 'OpenAI',
    call: (url, stream) => chatCall(url, stream, prompt),
  },
  {
    name: 'chat completions in a conversation',
    surface: 'chat-completions',
    speaks: 'OpenAI',
    call: (url, stream) => chatCall(url, stream, prompt, conversation),
  },
  {
    name: 'an edited question',
    surface: 'conversations',
    speaks: 'OpenAI',
    call: (url, stream) => editCall(url, stream, prompt),
  },
  {
    name: 'a prompt',
    surface: 'prompts',
    speaks: 'OpenAI',
    passes: 'OpenAI',
    call: (url, stream) =>
      chatCall(url, stream, prompt, { parameters: {}, path: '/prompts/default/laboratory' }),
  },
  {
    name: "Ollama's chat",
    surface: 'ollama',
    speaks: 'Ollama',
    lacksCodes: true,
    call: (url, stream) => ollamaCall('chat', url, stream, prompt),
  },
  {
    name: "Ollama's generate",
    surface: 'ollama-generate',
    speaks: 'Ollama',
    lacksCodes: true,
    call: (url, stream) => ollamaCall('generate', url, stream, prompt),
  },
  {
    name: 'messages',
    surface: 'messages',
    speaks: 'Anthropic',
    passes: 'Anthropic',
    call: (url, stream) => messagesCall(url, stream, prompt),
  },
  {
    name: 'messages in a conversation',
    surface: 'messages',
    speaks: 'Anthropic',
    call: (url, stream) => messagesCall(url, stream, prompt, conversation),
  },
  {
    name: 'responses',
    surface: 'responses',
    speaks: 'OpenAI',
    passes: 'OpenAI',
    // One that is kept is read.
    call: (url, stream) => responsesCall(url, stream, prompt, { store: false }),
  },
  {
    name: 'responses in a conversation',
    surface: 'responses',
    speaks: 'Responses',
    call: (url, stream) => responsesCall(url, stream, prompt, conversation),
  },
  {
    name: 'generateContent',
    surface: 'gemini',
    speaks: 'Gemini',
    call: (url, stream) => geminiCall(url, stream, prompt),
  },
]
