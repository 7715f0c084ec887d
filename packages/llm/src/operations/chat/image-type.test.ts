import { describe, expect, it } from 'vitest'
import { imageType } from './image-type.ts'

const base64 = (bytes: string) => Buffer.from(bytes, 'latin1').toString('base64')

describe('the type of an image', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n0000', 'image/jpeg', 'image/png'],
    ['\xff\xd8\xff\xe0', 'image/png', 'image/jpeg'],
    ['GIF89a', 'image/webp', 'image/gif'],
    ['RIFF1234WEBPVP8 ', 'image/png', 'image/webp'],
    ['BM123', 'image/png', 'image/bmp'],
    ['', 'image/jpg', 'image/jpeg'],
    ['\0\0\0', 'IMAGE/PNG', 'image/png'],
    ['<svg/>', 'image/svg+xml', 'image/svg+xml'],
  ])('of %j, declared as %s, is %s', (bytes, declared, expected) => {
    expect(imageType(base64(bytes), declared)).toBe(expected)
  })
})
