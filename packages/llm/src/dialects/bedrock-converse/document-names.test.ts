import { timeGrowth } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { createDocumentNames } from './document-names.ts'

describe('names of documents', () => {
  it.each([
    ['report.pdf', 'report'],
    ['a_b  c\n(1) [x].docx', 'a-b c (1) [x]'],
    ['../../etc/passwd', '------etc-passwd'],
    ['', 'document'],
    ['\u{1F600}.pdf', 'document'],
    ['x'.repeat(300), 'x'.repeat(190)],
  ])('are allowed ones: %j', (filename, name) => {
    expect(createDocumentNames().next(filename)).toBe(name)
  })

  it('are never the same, in any case', () => {
    const names = createDocumentNames()
    const given = ['a.pdf', 'A.pdf', 'a (2).md', 'a.md', undefined, undefined]
    expect(given.map((name) => names.next(name))).toEqual([
      'a',
      'A (2)',
      'a (2) (2)',
      'a (3)',
      'document',
      'document (2)',
    ])
  })

  it('take linear time', async () => {
    const make = (count: number) =>
      Array.from({ length: count }, (_, index) => [`a (${index}).pdf`, 'a.pdf', 'A.pdf']).flat()
    const growth = await timeGrowth(make, 1000, (filenames) => {
      const names = createDocumentNames()
      return filenames.map((name) => names.next(name))
    })
    expect(growth).toBeLessThan(32)
  })
})
