import { describe, expect, it } from 'vitest'
import { renderTemplate } from './render-template.ts'

describe('a template', () => {
  it.each([
    ['Hi {{name}}, {{ name }}!', { name: 'Ada' }, 'Hi Ada, Ada!'],
    ['nothing to do', {}, 'nothing to do'],
    ['{"json": {"a": {}}} {single}', {}, '{"json": {"a": {}}} {single}'],
    ['{{a}}', { a: '{{b}}', b: 'secret' }, '{{b}}'],
    ['{{a}}', { a: '$& $1 $$' }, '$& $1 $$'],
    ['{{user.name-1}}', { 'user.name-1': 'x' }, 'x'],
    ['{{a}}{{b}}', { a: '', b: 'b' }, 'b'],
  ])('%j with %j is %j', (template, variables, text) => {
    expect(renderTemplate(template, variables)).toBe(text)
  })

  it('without a value is a 400 that names every missing variable', () => {
    const render = () => renderTemplate('{{a}} {{b}} {{c}} {{b}}', { a: '1' })
    expect(render).toThrow(
      expect.objectContaining({
        status: 400,
        code: 'missing_variable',
        param: 'context.variables.b',
        message: expect.stringContaining('"b", "c"') as string,
      }) as Error,
    )
  })

  it('does not find variables on the prototype', () => {
    expect(() => renderTemplate('{{constructor}}', {})).toThrow('constructor')
  })
})
