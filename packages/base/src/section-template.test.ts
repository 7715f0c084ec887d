import { describe, expect, it } from 'vitest'
import { parseSectionTemplate } from './section-template.ts'

const grammar = { section: 'chunks', names: ['index', 'text'], required: 'text' }

describe('a template with a section', () => {
  it('is repeated for each entry, whose values are not rendered again', () => {
    const template = parseSectionTemplate(
      'Use:\n{{#chunks}}[{{index}}] {{text}}\n{{/chunks}}.',
      grammar,
    )
    const entries = [
      { index: '1', text: '{{index}} {{/chunks}}' },
      { index: '2', text: '$&' },
    ]
    expect(template.render(entries)).toBe('Use:\n[1] {{index}} {{/chunks}}\n[2] $&\n.')
  })

  it.each([
    ['{{text}}', 'one section {{#chunks}}…{{/chunks}}'],
    ['{{#chunks}}{{text}}', 'one section'],
    ['{{#chunks}}{{text}}{{/chunks}}{{#chunks}}{{text}}{{/chunks}}', 'one section'],
    ['{{/chunks}}{{#chunks}}{{text}}{{/chunks}}', 'one section'],
    ['{{index}}{{#chunks}}{{text}}{{/chunks}}', '{{index}} must stand within the section'],
    ['{{#chunks}}{{text}}{{other}}{{/chunks}}', '{{other}} is not known; there are index, text'],
    ['{{#chunks}}{{index}}{{/chunks}}', 'the section must have {{text}}'],
  ])('%s is refused', (template, message) => {
    expect(() => parseSectionTemplate(template, grammar)).toThrow(message)
  })
})
