import { describe, expect, it } from 'vitest'
import { parseDataUrl } from './data-url.ts'

describe('a data URL', () => {
  it.each([
    ['data:image/PNG;base64,AAAA', 'image/png', 'AAAA'],
    ['data:text/plain;charset=utf-8;base64,aGk=', 'text/plain', 'aGk='],
    ['data:,hi%20there', 'text/plain', 'aGkgdGhlcmU='],
    ['data:text/csv,100%', 'text/csv', 'MTAwJQ=='],
  ])('%s is read', (url, mediaType, base64) => {
    expect(parseDataUrl(url)).toEqual({ mediaType, base64 })
  })

  it.each(['https://example.com/a.png', 'data:image/png;base64', 'AAAA'])('%s is none', (url) => {
    expect(parseDataUrl(url)).toBeUndefined()
  })
})
