import { describe, expect, it } from 'vitest'
import { type MissingVariables, renderTemplate, templateVariables } from './template.ts'

describe('the names of a template', () => {
  it.each([
    ['{{b}} {{a}} {{b}}', ['b', 'a']],
    ['{{ user.name-1 }}', ['user.name-1']],
    ['{{_x}}', ['_x']],
    ['{{1st}} {{-x}} {{.x}} {{}} {{a b}} {single}', []],
    ['{"json": {"a": {}}}', []],
  ])('in %j are %j', (template, names) => {
    expect(templateVariables(template)).toEqual(names)
  })
})

describe('rendering', () => {
  it.each([
    ['Hi {{name}}, {{ name }}!', { name: 'Ada' }, 'Hi Ada, Ada!'],
    ['{{1st}}', { '1st': 'x' }, '{{1st}}'],
    ['{{a}}', { a: '{{b}}', b: 'secret' }, '{{b}}'],
    ['{{a}}', { a: '$& $1 $$' }, '$& $1 $$'],
  ])('%j with %j is %j', (template, variables, text) => {
    expect(renderTemplate(template, variables)).toBe(text)
  })

  it('without a value names everything that is missing', () => {
    expect(() => renderTemplate('{{a}} {{b}} {{constructor}}', { a: '1' })).toThrow(
      expect.objectContaining({ names: ['b', 'constructor'] }) as MissingVariables,
    )
  })
})
