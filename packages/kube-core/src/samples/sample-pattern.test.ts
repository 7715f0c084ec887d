import { compilePattern } from '@fairlead/cel'
import { describe, expect, it } from 'vitest'
import { Draw } from './draw.ts'
import { parsePattern } from './pattern-syntax.ts'
import { samplePattern } from './sample-pattern.ts'

describe('samples of patterns', () => {
  it.each([
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$',
    '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
    '^\\d{4}-\\d{2}-\\d{2}$',
    '^(?:a|b){2,5}?c+$',
    '^(?P<major>0|[1-9]\\d*)\\.(?P<minor>0|[1-9]\\d*)$',
    '^[^\\s*]*\\*?$',
    '^[[:alpha:]_][[:word:]]{0,3}$',
    '^[]a]b$',
    '^[\\w.-]+@\\x41\\.\\p{Lu}$',
    '(?i)^abc$',
    'inner',
    '',
    '^arn:[-a-z]+:iam::[0-9]{12}:role/[-\\w+=,.@/]+$',
    '^\\.[a-z]\\b\\$\\{x\\}$',
    '^[^a-z]$',
    '^a{,3}$',
  ])('match %s', (pattern) => {
    const node = parsePattern(pattern)
    const compiled = compilePattern(pattern)
    const draw = new Draw(1)
    const texts = Array.from({ length: 200 }, () => samplePattern(node, draw, 3))
    expect(texts.filter((text) => !compiled.test(text))).toEqual([])
  })

  it('are various', () => {
    const draw = new Draw(1)
    const node = parsePattern('^[a-z]{3}$')
    const texts = new Set(Array.from({ length: 50 }, () => samplePattern(node, draw, 3)))
    expect(texts.size).toBeGreaterThan(40)
  })

  it('refuses syntax that it does not know', () => {
    expect(() => parsePattern('\\Qa.b\\E')).toThrow('\\Q is not known')
  })
})
