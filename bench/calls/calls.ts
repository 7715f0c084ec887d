import { wordsPerStream } from './word-by-word-terms.ts'
import {
  anthropicAnswer,
  anthropicEvents,
  chatAnswer,
  chatEvents,
  chatRequest,
} from './recorded-answers.ts'

/** One call as a contender gets it, what the upstream answers, and what the caller must receive. */
export interface Call {
  /** Also the first part of the upstream's path; the model is `<name>-model`. */
  readonly name: string
  /** Whose format the upstream speaks; callers speak OpenAI's. */
  readonly provider: 'OpenAI' | 'Anthropic'
  readonly isStream: boolean
  readonly requestBody: string
  /** What the static upstream answers, at once; undefined: the upstream that streams word by word. */
  readonly answer: string | undefined
  /** The text that a caller must have received. */
  readonly text: string
}

const eventsAtOnce = 200

/** 1 KB each way. */
export const small = whole('small', { requestBytes: 1000, answerBytes: 1000 })

/** 100 KB each way: a request of 100 KB, and an answer of 100 KB. */
export const large = whole('large', { requestBytes: 100_000, answerBytes: 100_000 })

/** 1 KB in, 1 MB out, as a batch of embeddings would be. */
export const megabyte = whole('answer-1mb', { requestBytes: 1000, answerBytes: 1_000_000 })

/** 1 KB in, 200 chunks out, which the upstream sends at once. */
export const stream = streamed('stream', 'OpenAI', chatEvents(eventsAtOnce))

/** 1 KB in, 100 words out, each sent by itself. */
export const words = streamed('words', 'OpenAI', undefined)

/** 1 KB in, one chunk out, and then nothing for as long as the caller stays. */
export const held = streamed('held', 'OpenAI', undefined)

/** As `small`, from a provider with Anthropic's format. */
export const anthropic = whole('anthropic', {
  requestBytes: 1000,
  answerBytes: 1000,
  provider: 'Anthropic',
})

/** As `stream`, from a provider with Anthropic's format. */
export const anthropicStream = streamed(
  'anthropic-stream',
  'Anthropic',
  anthropicEvents(eventsAtOnce),
)

/** As `words`, from a provider with Anthropic's format. */
export const anthropicWords = streamed('anthropic-words', 'Anthropic', undefined)

/** Every call, so that each contender can be configured once for all shapes. */
export const calls: readonly Call[] = [
  small,
  large,
  megabyte,
  stream,
  words,
  held,
  anthropic,
  anthropicStream,
  anthropicWords,
]

/** The path of the call at its upstream, and what stands before it, which is the provider's base URL. */
export function upstreamPath({ name, provider, answer }: Call): {
  readonly base: string
  readonly path: string
} {
  const base = answer === undefined ? `/words/${name}/v1` : `/${name}/v1`
  return { base, path: `${base}${provider === 'Anthropic' ? '/messages' : '/chat/completions'}` }
}

interface WholeCall {
  readonly requestBytes: number
  readonly answerBytes: number
  readonly provider?: Call['provider']
}

function whole(name: string, { requestBytes, answerBytes, provider = 'OpenAI' }: WholeCall): Call {
  const answer = (provider === 'OpenAI' ? chatAnswer : anthropicAnswer)(answerBytes)
  return {
    name,
    provider,
    isStream: false,
    requestBody: chatRequest(`${name}-model`, requestBytes, false),
    answer,
    text: /"a+"/.exec(answer)?.[0].slice(1, -1) ?? '',
  }
}

function streamed(
  name: string,
  provider: Call['provider'],
  events: readonly string[] | undefined,
): Call {
  const count = events === undefined ? wordsPerStream : eventsAtOnce
  return {
    name,
    provider,
    isStream: true,
    requestBody: chatRequest(`${name}-model`, 1000, true),
    answer: events?.join(''),
    text: Array.from({ length: count }, (_, index) => ` word${index}`).join(''),
  }
}
