import { describe, expect, it } from 'vitest'
import { imageTokens } from './image-rules.ts'
import { imageSize } from './image-size.ts'
import { mediaTokens } from './media-tokens.ts'

const png = (width: number, height: number) => {
  const head = Buffer.alloc(33)
  head.write('\x89PNG\r\n\x1a\n', 'latin1')
  head.writeUInt32BE(width, 16)
  head.writeUInt32BE(height, 20)
  return head
}
const dataUrl = (type: string, bytes: Buffer) => `data:${type};base64,${bytes.toString('base64')}`
const jpeg = Buffer.from('ffd8ffe000044a46ffc400041122ffc00011080258032003012200', 'hex')

describe('the size of an image', () => {
  it.each([
    ['PNG', png(1024, 768), { width: 1024, height: 768 }],
    ['GIF', Buffer.from('474946383961200310020000', 'hex'), { width: 800, height: 528 }],
    ['JPEG', jpeg, { width: 800, height: 600 }],
    [
      'WebP of the extended form',
      Buffer.concat([Buffer.from('RIFF____WEBPVP8X____________'), Buffer.from('0000', 'hex')]),
      undefined,
    ],
    ['a file that is cut', png(10, 10).subarray(0, 20), undefined],
    ['no pixels', png(0, 10), undefined],
    ['anything else', Buffer.from('hello'), undefined],
    ['nothing', Buffer.alloc(0), undefined],
    ['JPEG without a frame', Buffer.from('ffd8ffffffffffff', 'hex'), undefined],
  ])('is read from %s', (name, bytes, size) => {
    if (name.startsWith('WebP')) {
      const webp = Buffer.alloc(30)
      webp.write('RIFF', 0, 'latin1')
      webp.write('WEBPVP8X', 8, 'latin1')
      webp.writeUIntLE(639, 24, 3)
      webp.writeUIntLE(479, 27, 3)
      expect(imageSize(webp)).toEqual({ width: 640, height: 480 })
    } else expect(imageSize(bytes)).toEqual(size)
  })
})

describe('the tokens of an image', () => {
  it.each([
    ['gpt-4o', 1024, 1024, undefined, 85 + 4 * 170],
    ['gpt-4o', 2048, 4096, 'high', 85 + 6 * 170],
    ['gpt-4o', 4096, 8192, 'low', 85],
    ['gpt-4o-mini', 512, 512, 'high', 2833 + 5667],
    ['gpt-5', 512, 512, undefined, 210],
    ['o3', 512, 512, undefined, 225],
    ['gpt-4.1-mini', 1024, 1024, undefined, Math.ceil(1024 * 1.62)],
    ['gpt-4.1-nano', 4000, 4000, undefined, Math.ceil(1536 * 2.46)],
    ['claude-sonnet-4-5', 200, 200, undefined, 54],
    ['anthropic.claude-sonnet-4-v1:0', 1000, 1000, undefined, 1334],
    ['claude-opus-4-1', 8000, 8000, undefined, 1600],
    ['gemini-2.5-pro', 300, 300, undefined, 258],
    ['gemini-2.5-pro', 1500, 700, undefined, 516],
    ['qwen2.5-vl', 280, 280, undefined, 100],
  ] as const)('of %s, %d × %d, %s', (model, width, height, detail, tokens) => {
    expect(imageTokens({ width, height }, detail, model)).toBe(tokens)
  })
})

describe('mediaTokens', () => {
  it.each([
    ['text', { type: 'input_text', text: 'hi' }, 0],
    [
      'an image in the request',
      { type: 'input_image', image_url: dataUrl('image/png', png(512, 512)) },
      255,
    ],
    [
      'an image at a URL, taken for 1024 × 1024',
      { type: 'input_image', image_url: 'https://x/y' },
      765,
    ],
    ['a file that is only named', { type: 'input_file', file_id: 'file_1' }, 1000],
    [
      'a PDF that tells its pages',
      {
        type: 'input_file',
        filename: 'a.pdf',
        file_data: dataUrl(
          'application/pdf',
          Buffer.from('%PDF-1.7\n1 0 obj <</Type /Pages /Count 12 /Kids []>>'),
        ),
      },
      12 * 1500,
    ],
    [
      'a PDF that does not',
      {
        type: 'input_file',
        filename: 'a.PDF',
        file_data: Buffer.alloc(120_000).toString('base64'),
      },
      3 * 1500,
    ],
    [
      'a file of text',
      {
        type: 'input_file',
        filename: 'a.txt',
        file_data: dataUrl('text/plain', Buffer.alloc(400)),
      },
      100,
    ],
    [
      'a minute of MP3',
      { type: 'input_audio', format: 'mp3', data: Buffer.alloc(16_000 * 60).toString('base64') },
      600,
    ],
  ] as const)('of %s', (_, part, tokens) => {
    expect(mediaTokens(part, 'gpt-4o')).toBe(tokens)
  })

  it('takes the rate of a WAV file from its header', () => {
    const wave = Buffer.alloc(44 + 32_000 * 10)
    wave.write('RIFF____WAVEfmt ', 'latin1')
    wave.writeUInt32LE(32_000, 28)
    const part = { type: 'input_audio', format: 'wav', data: wave.toString('base64') } as const
    expect(mediaTokens(part, 'gemini-2.5-pro')).toBe(321)
  })
})
