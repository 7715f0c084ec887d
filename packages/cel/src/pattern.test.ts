import { RE2JS } from '@bufbuild/re2'
import { describe, expect, it } from 'vitest'

import { balancedPattern } from './balanced-pattern.ts'
import { compilePattern } from './pattern.ts'

function names(count: number, prefix = ''): string {
  return Array.from({ length: count }, (_, index) => `${prefix}name${index}`).join('|')
}

describe('a long pattern', () => {
  it('of 20,000 alternatives is compiled in parts', () => {
    const pattern = compilePattern(`^(${names(20_000)})$`)
    expect(pattern.test('name19999')).toBe(true)
    expect(pattern.test('name20000')).toBe(false)
    expect(pattern.test('xname1')).toBe(false)
  })

  it.each([
    ['alternatives', names(2_000)],
    ['groups in alternatives', `(?:${names(400, '(a)?')})+`],
    ['characters', 'ab'.repeat(5_000)],
    ['optional characters', 'a?'.repeat(5_000)],
    ['captures', '(a)'.repeat(5_000)],
    ['alternatives in groups', `${'(a|'.repeat(400)}${names(2_000)}${')'.repeat(400)}`],
    ['classes', '[]a-z[:digit:]\\]]|\\p{Greek}\\pL\\x{61}\\x62\\061|'.repeat(300)],
  ])('has no long row of %s', (_, pattern) => {
    expect(longestRow(balancedPattern(pattern))).toBeLessThanOrEqual(1_100)
    expect(() => compilePattern(pattern)).not.toThrow()
  })

  it.each([
    ['with flags', `${names(300)}|(?i)${names(300, 'I')}`, ['iNAME5', 'INAME299', 'NAME1']],
    ['with flags in a sequence', `^${'a'.repeat(3_000)}(?i)${'b'.repeat(600)}|c{2}$`, ['CC', 'cc']],
    ['with flags that end', `(?i)${names(300)}|(?-i)${names(300, 'x')}`, ['NAME9', 'Xname1', 'X']],
    ['whose quotation is repeated', `^\\Q${'a'.repeat(3_000)}b\\E*$`, [`${'a'.repeat(3_000)}bbb`]],
    ['with empty alternatives', `^(?:${'|a'.repeat(2_000)})$`, ['', 'a', 'aa']],
    ['with bounded repetitions', `^(?:${'a{2}?'.repeat(600)})$`, ['a'.repeat(1_200), 'a']],
  ])('%s means what it meant', (_, pattern, texts) => {
    const [whole, balanced] = [RE2JS.compile(pattern), compilePattern(pattern)]
    for (const text of [...texts, 'name1', 'nothing']) {
      expect([text, balanced.test(text)]).toEqual([text, whole.test(text)])
    }
  })

  it.each([
    ['an open group', `(${names(400)}`],
    ['a closed group', `${names(400)})`],
    ['a repetition of nothing', `${names(400)}|*`],
    ['a repetition of a repetition', `${names(400)}**`],
    ['an open class', `${names(400)}[a-z`],
    ['a bad escape', `${names(400)}\\y`],
    ['a bad range', `${names(400)}[z-a]`],
    ['unknown flags', `${names(400)}(?x)`],
    ['a backslash at the end', `${names(400)}\\`],
    ['too many repetitions', `${names(400)}{1001}`],
  ])('with %s is refused in the same words', (_, pattern) => {
    expect(refusal(() => compilePattern(pattern))).toBe(refusal(() => RE2JS.compile(pattern)))
  })
})

/** The most characters of a sequence, or alternatives, that stand beside each other in one group. */
function longestRow(pattern: string): number {
  const open = [{ characters: 0, alternatives: 1 }]
  let longest = 0
  for (const character of pattern) {
    const group = open.at(-1) ?? { characters: 0, alternatives: 0 }
    if (character === '(') open.push({ characters: 0, alternatives: 1 })
    else if (character === ')') open.pop()
    else if (character === '|') {
      group.alternatives += 1
      group.characters = 0
    } else group.characters += 1
    longest = Math.max(longest, group.characters, group.alternatives)
  }
  return longest
}

function refusal(compile: () => unknown): string {
  try {
    compile()
    return 'none'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
