import type { ContentPart } from '@fairlead/llm'
import { imageTokens } from './image-rules.ts'
import { imageHeadBytes, imageSize } from './image-size.ts'
import { bareModelName } from './tokenizer-of.ts'

/** What is taken for a file that is only named, by an id or a URL. */
const unseenFileTokens = 1000

/**
 * Tokens of a page of a PDF, text and image together. Gemini takes 258 a page
 * (https://ai.google.dev/gemini-api/docs/document-processing); Anthropic says 1,500 to 3,000
 * (https://docs.anthropic.com/en/docs/build-with-claude/pdf-support), OpenAI sends text and an image
 * of each page (https://platform.openai.com/docs/guides/pdf-files).
 */
const pageTokens: readonly (readonly [RegExp, number])[] = [
  [/^gemini-/, 258],
  [/(?:^|[.-])claude-/, 2250],
  [/./, 1500],
]
/** A page of a PDF that does not tell how many it has. */
const pageBytes = 50_000

/**
 * Tokens of a second of sound: Gemini 32 (https://ai.google.dev/gemini-api/docs/audio), OpenAI one
 * per 100 ms (https://platform.openai.com/docs/guides/realtime-costs).
 */
const soundTokens: readonly (readonly [RegExp, number])[] = [
  [/^gemini-/, 32],
  [/./, 10],
]
/** Bytes of a second of sound, where the format tells nothing: MP3 of 128 kbit/s; PCM16 of 24 kHz. */
const soundBytes: ReadonlyMap<string, number> = new Map([
  ['mp3', 16_000],
  ['pcm16', 48_000],
])
const otherSoundBytes = 16_000

/** The tokens of an image, file or sound, by published rules; 0 for what is text. */
export function mediaTokens(part: ContentPart, model: string): number {
  switch (part.type) {
    case 'input_image': {
      const head = base64Of(part.image_url)?.slice(0, Math.ceil((imageHeadBytes * 4) / 3))
      const size = head === undefined ? undefined : imageSize(Buffer.from(head, 'base64'))
      return imageTokens(size, part.detail, model)
    }
    case 'input_audio':
      return audioTokens(part.data, part.format, model)
    case 'input_file':
      return part.file_data === undefined
        ? unseenFileTokens
        : fileTokens(part.file_data, part.filename, model)
    case 'output_file':
      return fileTokens(`data:${part.media_type};base64,${part.data}`, undefined, model)
    default:
      return 0
  }
}

function fileTokens(data: string, filename: string | undefined, model: string): number {
  const base64 = base64Of(data) ?? data
  const type = data.startsWith('data:') ? data.slice('data:'.length, data.indexOf(';')) : ''
  if (type.startsWith('image/')) {
    const head = base64.slice(0, Math.ceil((imageHeadBytes * 4) / 3))
    return imageTokens(imageSize(Buffer.from(head, 'base64')), undefined, model)
  }
  if (type.startsWith('audio/')) return audioTokens(base64, type.slice('audio/'.length), model)
  const isPdf = type === 'application/pdf' || /\.pdf$/i.test(filename ?? '')
  if (isPdf || base64.startsWith('JVBERi0')) return pages(base64) * valueFor(pageTokens, model)
  // Other files are sent as their text.
  return Math.ceil(decodedLength(base64) / 4)
}

function audioTokens(base64: string, format: string, model: string): number {
  const perSecond = waveBytesPerSecond(base64) ?? soundBytes.get(format) ?? otherSoundBytes
  return Math.ceil((decodedLength(base64) / perSecond) * valueFor(soundTokens, model))
}

/** The rate that a WAV file's header tells. */
function waveBytesPerSecond(base64: string): number | undefined {
  const head = Buffer.from(base64.slice(0, 64), 'base64')
  if (head.length < 32 || head.toString('latin1', 8, 16) !== 'WAVEfmt ') return undefined
  const rate = head.readUInt32LE(28)
  return rate > 0 ? rate : undefined
}

/** As many characters of a PDF's start and of its end as are searched for its number of pages. */
const searchedLength = 128 * 1024

function pages(base64: string): number {
  // Whole groups of four characters, or the end would be decoded out of step.
  const tailStart = Math.max(0, Math.floor((base64.length - searchedLength) / 4) * 4)
  const ends = [base64.slice(0, searchedLength), base64.slice(tailStart)]
  const text = ends.map((end) => Buffer.from(end, 'base64').toString('latin1')).join('\n')
  let told = 0
  for (const [, count] of text.matchAll(/\/Count (\d{1,5})(?!\d)/g)) {
    told = Math.max(told, Number(count))
  }
  return told > 0 ? told : Math.max(1, Math.ceil(decodedLength(base64) / pageBytes))
}

/** What follows the comma of a data URL; undefined for another URL. */
function base64Of(url: string): string | undefined {
  return url.startsWith('data:') ? url.slice(url.indexOf(',') + 1) : undefined
}

function decodedLength(base64: string): number {
  return Buffer.byteLength(base64, 'base64')
}

function valueFor(table: readonly (readonly [RegExp, number])[], model: string): number {
  const name = bareModelName(model)
  return table.find(([pattern]) => pattern.test(name))?.[1] ?? 0
}
