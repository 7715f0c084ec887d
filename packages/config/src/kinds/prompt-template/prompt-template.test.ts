import { describe, expect, it } from 'vitest'
import {
  compileAll,
  conditionsOf,
  type Described,
  snapshotOf,
  prompt,
} from '../../test-support/resources.ts'

describe('a prompt', () => {
  it('has conditions that fit into a status, however long its names are', () => {
    const content = `{{${'a'.repeat(40_000)}}}`
    const { Accepted } = conditionsOf(
      compileAll(prompt({ messages: [{ role: 'user', content }] })),
      'PromptTemplate',
      'default/p',
    )
    expect(Accepted).toMatchObject({ status: 'False', reason: 'Invalid' })
    expect(Accepted?.message.length).toBeLessThan(32_768)
  })

  const accepted = (described: Described) =>
    conditionsOf(compileAll(described), 'PromptTemplate', 'default/p').Accepted

  const hello = (content: string, parameters?: Record<string, unknown>) =>
    prompt({ messages: [{ role: 'user', content }], ...(parameters && { parameters }) })

  it('may refer to declared parameters only', () => {
    const properties = { text: { type: 'string' }, 'two-words': {} }
    expect(accepted(hello('{{text}} {{ two-words }} { } {{}}', { properties }))?.status).toBe(
      'True',
    )
    expect(accepted(hello('{{text}} {{language}}', { properties }))).toMatchObject({
      status: 'False',
      reason: 'Invalid',
      message:
        'spec.versions[0].messages[0].content: {{language}} is not declared in ' +
        'spec.versions[0].parameters.properties',
    })
    expect(accepted(hello('{{text}}'))?.message).toContain('{{text}} is not declared')
    expect(accepted(hello('{{constructor}}', { properties }))?.status).toBe('False')
  })

  it.each([
    ['an unknown type', { type: 'objct' }, 'data/type'],
    ['a broken pattern', { properties: { a: { pattern: '(' } } }, 'missing closing )'],
    ['a pattern that RE2 has not', { properties: { a: { pattern: '(?=a)' } } }, 'invalid'],
    ['a schema that refers to itself', { items: { $ref: '#' } }, 'it refers to itself'],
    [
      'references that multiply',
      {
        $ref: '#/$defs/s0',
        $defs: Object.fromEntries(
          Array.from({ length: 20 }, (_, level) => [
            `s${level}`,
            { allOf: [1, 2].map(() => (level === 19 ? {} : { $ref: `#/$defs/s${level + 1}` })) },
          ]),
        ),
      },
      'apply more than 2000 schemas',
    ],
    ['a part with an $id', { properties: { a: { $id: 'a' } } }, 'can have an $id'],
    [
      'a property named __proto__',
      JSON.parse('{"properties":{"__proto__":{}}}') as Record<string, unknown>,
      'cannot be named __proto__',
    ],
    ['a reference to nowhere', { $ref: '#/$defs/gone' }, "can't resolve reference"],
    ['a reference into the network', { $ref: 'https://example.test/s' }, "can't resolve reference"],
    [
      'another dialect',
      { $schema: 'http://json-schema.org/draft-07/schema#' },
      'only https://json-schema.org/draft/2020-12',
    ],
    ['too much depth', nested(40), 'nested deeper'],
    ['too much text', { description: 'x'.repeat(70_000) }, 'longer than'],
    [
      "the meta-schema's own name",
      { $id: 'https://json-schema.org/draft/2020-12/schema' },
      'already exists',
    ],
  ])('refuses parameters with %s', (_, parameters, message) => {
    expect(accepted(hello('Hi', parameters))).toMatchObject({
      status: 'False',
      reason: 'Invalid',
      message: expect.stringContaining(message),
    })
    // and what came before does not spoil what comes after
    expect(accepted(hello('Hi', { type: 'object' }))?.status).toBe('True')
  })

  it('accepts two templates whose schemas have the same name', () => {
    const schema = () => ({ $id: 'https://example.test/same', type: 'object' })
    const other = prompt({ parameters: schema() }, {}, { name: 'q' })
    const result = compileAll(hello('Hi', schema()), other)
    expect(conditionsOf(result, 'PromptTemplate', 'default/p').Accepted?.status).toBe('True')
    expect(conditionsOf(result, 'PromptTemplate', 'default/q').Accepted?.status).toBe('True')
  })

  const versions = ['1', '2'].map((name) => ({
    name,
    messages: [{ role: 'user', content: 'Hi' }],
  }))

  it.each([
    ['nothing', undefined, ['2']],
    ['an empty list', [], ['2']],
    ['one version', [{ version: '1' }], ['1']],
    [
      'weights',
      [
        { version: '1', weight: 90 },
        { version: '2', weight: 10 },
      ],
      ['1', '2'],
    ],
    [
      'a weight of 0',
      [
        { version: '1', weight: 1 },
        { version: '2', weight: 0 },
      ],
      ['1'],
    ],
  ])('with %s as rollout has these active versions', (_, rollout, active) => {
    const result = compileAll(prompt({}, { versions, rollout }))
    const planned = result.conditions.find((one) => one.kind === 'PromptTemplate')
    expect(planned?.statusFields).toEqual({ activeVersions: active })
    const { rollout: shares } =
      result.snapshots.get('default/default')?.promptTemplates.get('default/p') ?? {}
    expect(shares?.map((share) => share.version)).toEqual(active)
  })

  it.each([
    [
      'a missing version',
      [{ version: '3' }],
      'there is no version "3"; spec.versions has "1", "2"',
    ],
    ['no weight at all', [{ version: '1', weight: 0 }], 'needs a weight above 0'],
  ])('refuses a rollout with %s', (_, rollout, message) => {
    const result = compileAll(prompt({}, { versions, rollout, expose: { path: '/p' } }))
    expect(conditionsOf(result, 'PromptTemplate', 'default/p')).toMatchObject({
      Accepted: { status: 'False', reason: 'Invalid', message: expect.stringContaining(message) },
      Exposed: { status: 'False', reason: 'Invalid' },
    })
    expect(result.snapshots.get('default/default')?.promptTemplates.size).toBe(0)
  })

  it('has labels, cohorts and what related calls have in common', () => {
    const match = { groups: ['beta'], consumers: ['app'], headers: [{ name: 'X-Try', value: '1' }] }
    const result = compileAll(
      prompt(
        {},
        {
          versions,
          labels: { production: '1' },
          rollout: [{ version: '1' }, { version: '1', cohort: 'beta', weight: 5, match }],
          sticky: { by: 'Header', header: 'X-Session' },
        },
      ),
    )
    const planned = result.conditions.find((one) => one.kind === 'PromptTemplate')
    expect(planned?.statusFields).toEqual({ activeVersions: ['1'] })
    const settings = result.snapshots.get('default/default')?.promptTemplates.get('default/p')
    expect([...(settings?.labels ?? [])]).toEqual([['production', '1']])
    expect(settings?.sticky).toEqual({ by: 'Header', header: 'x-session' })
    expect(settings?.rollout[1]).toEqual({
      version: '1',
      cohort: 'beta',
      weight: 5,
      match: { ...match, consumers: ['default/app'], headers: [{ name: 'x-try', value: '1' }] },
    })
  })

  it.each([
    ['a version that is not there', { production: '3' }, 'there is no version "3"'],
    ['the name of a version', { '2': '1' }, '"2" is the name of a version'],
    ['a name that cannot be asked for', { 'a b': '1' }, '"a b" cannot be a label'],
    ['a long name', { ['x'.repeat(64)]: '1' }, 'cannot be a label'],
  ])('refuses a label with %s', (_, labels, message) => {
    const result = compileAll(prompt({}, { versions, labels }))
    expect(conditionsOf(result, 'PromptTemplate', 'default/p').Accepted).toMatchObject({
      status: 'False',
      message: expect.stringContaining(message),
    })
  })

  it('refuses a rollout to cohorts alone', () => {
    const match = { groups: ['beta'], consumers: [], headers: [] }
    const result = compileAll(prompt({}, { versions, rollout: [{ version: '1', match }] }))
    expect(conditionsOf(result, 'PromptTemplate', 'default/p').Accepted).toMatchObject({
      message: expect.stringContaining('at least one version without match'),
    })
  })

  it('has settings and a response format', () => {
    const schema = { type: 'object' }
    const described = prompt({
      settings: { temperature: 0.2, maxOutputTokens: 500 },
      responseFormat: { type: 'JSONSchema', jsonSchema: { name: 'n', schema } },
    })
    expect(
      snapshotOf(described)?.promptTemplates.get('default/p')?.versions.get('1'),
    ).toMatchObject({
      temperature: 0.2,
      maxOutputTokens: 500,
      responseFormat: { type: 'JSONSchema', name: 'n', schema },
    })
  })
})

describe('the path of a prompt', () => {
  const exposed = (name: string, path: string, created?: string) =>
    prompt({}, { expose: { path } }, { name, ...(created && { created }) })

  it('is granted when nobody else has it', () => {
    const result = compileAll(exposed('p', '/p'))
    expect(conditionsOf(result, 'PromptTemplate', 'default/p').Exposed).toMatchObject({
      status: 'True',
      reason: 'Exposed',
      message: 'Served at /p',
    })
  })

  it('is served nowhere if no gateway allows the namespace', () => {
    const result = compileAll(prompt({}, { expose: { path: '/p' } }, { namespace: 'other' }))
    expect(conditionsOf(result, 'PromptTemplate', 'other/p')).toMatchObject({
      Accepted: { status: 'False', reason: 'NotAllowedByGateway' },
      Exposed: { status: 'False', reason: 'Invalid' },
    })
  })

  it('is not requested by a template without expose', () => {
    const { Exposed } = conditionsOf(compileAll(prompt({})), 'PromptTemplate', 'default/p')
    expect(Exposed).toMatchObject({ status: 'False', reason: 'NotRequested' })
  })

  it('goes to the older template; the other is served without it', () => {
    const result = compileAll(exposed('a', '/same'), exposed('b', '/same', '2025-01-01T00:00:00Z'))
    const prompts = result.snapshots.get('default/default')?.promptTemplates
    expect(prompts?.get('default/a')?.path).toBeUndefined()
    expect(prompts?.get('default/b')?.path).toBe('/same')
    expect(conditionsOf(result, 'PromptTemplate', 'default/a')).toMatchObject({
      Accepted: { status: 'True' },
      Exposed: {
        status: 'False',
        reason: 'PathConflict',
        message: expect.stringContaining(
          '/same belongs to PromptTemplate default/b, which is older',
        ),
      },
    })
  })

  it.each(['/v1/x', '/v1beta', '/prompts/a/b', '/mcp'])('cannot be the own path %s', (path) => {
    const { Exposed } = conditionsOf(compileAll(exposed('p', path)), 'PromptTemplate', 'default/p')
    expect(Exposed).toMatchObject({
      reason: 'PathConflict',
      message: expect.stringContaining('itself'),
    })
  })
})

function nested(levels: number): Record<string, unknown> {
  return levels === 0 ? {} : { not: nested(levels - 1) }
}
