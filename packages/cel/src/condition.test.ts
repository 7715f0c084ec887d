import { type JsonObject, parseJson } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { bindCallVariables, type CallVariables } from './call-variables.ts'
import { ConditionCompiler, ConditionError } from './condition.ts'

const call: CallVariables = {
  request: {
    model: 'gpt-5',
    stream: true,
    operation: 'chat',
    headers: new Map([['x-tier', 'gold']]),
    inputTokens: 2000,
    tools: ['search', 'calculator'],
    hasImages: false,
  },
  consumer: {
    name: 'app',
    namespace: 'team-a',
    groups: ['research'],
    metadata: new Map([['costCentre', '4711']]),
  },
  claims: { sub: 'ann', level: 3, realm: { roles: ['admin'] } },
  conversation: { id: 'support-1', variables: { plan: 'pro', seats: 3, nested: { on: true } } },
  prompt: { name: 'greeting', version: '2' },
}
const compiler = new ConditionCompiler()
const verdictOf = (source: string, of: CallVariables = call) =>
  compiler.compile(source).evaluate(bindCallVariables(of))

describe('a condition', () => {
  it.each([
    ["request.model.startsWith('gpt-') && request.stream", true],
    ["request.operation == 'chat' && !request.hasImages", true],
    ["request.headers['x-tier'] == 'gold'", true],
    ["'x-other' in request.headers", false],
    ['request.inputTokens > 1000 && request.inputTokens <= 2000', true],
    ["request.tools.exists(tool, tool == 'search')", true],
    ['size(request.tools) > 2', false],
    ["consumer.namespace + '/' + consumer.name == 'team-a/app'", true],
    ["consumer.groups.exists_one(group, group.matches('^res'))", true],
    ["conversation.id != '' && conversation.variables.plan in ['pro', 'max']", true],
    ['conversation.variables.seats >= 3 && conversation.variables.nested.on', true],
    ["conversation.variables.?tier.orValue('none') == 'none'", true],
    ["consumer.metadata['costCentre'] == '4711' && !('team' in consumer.metadata)", true],
    ["claims.sub == 'ann' && claims.level > 2 && 'admin' in claims.realm.roles", true],
    ["prompt.name == 'greeting' && int(prompt.version) > 1", true],
    ["false && request.headers['none'] == 'x'", false],
    ["true || request.headers['none'] == 'x'", true],
  ])('%s is %s', (source, expected) => {
    expect(verdictOf(source)).toEqual({ holds: expected })
  })

  it('compares whole numbers of 64 bits exactly', () => {
    const variables = parseJson('{"id":9007199254740993,"ratio":1.0,"far":1e400}') as JsonObject
    const of = { ...call, conversation: { id: 'c', variables } }
    expect(verdictOf('conversation.variables.id == 9007199254740993', of)).toEqual({ holds: true })
    expect(verdictOf('conversation.variables.id == 9007199254740992', of)).toEqual({ holds: false })
    expect(verdictOf('conversation.variables.ratio == 1', of)).toEqual({ holds: true })
    expect(verdictOf('conversation.variables.far > 1.0', of)).toEqual({ holds: true })
  })

  it('can ask for everything that a call does not have', () => {
    const bare: CallVariables = {
      request: { ...call.request, headers: new Map(), tools: [] },
      consumer: { name: '', namespace: '', groups: [], metadata: new Map() },
      claims: {},
      conversation: { id: '', variables: {} },
      prompt: { name: '', version: '' },
    }
    const source =
      "consumer.name == '' && !('a' in consumer.groups) && conversation.id == '' && prompt.name == ''"
    expect(verdictOf(source, bare)).toEqual({ holds: true })
  })

  it.each([
    ["request.headers['none'] == 'x'", 'a key or field does not exist'],
    ['conversation.variables.none == 1', 'a key or field does not exist'],
    ['1 / (request.inputTokens - 2000) == 1', 'a division by zero'],
    ['conversation.variables.plan > 1', 'values of the wrong types'],
    ['int(request.model) == 1', 'a function refused a value'],
    ['conversation.variables.seats', 'the result is not a bool'],
  ])('%s fails, and does not hold: %s', (source, failure) => {
    const verdict = verdictOf(source)
    expect(verdict.holds).toBe(false)
    expect(verdict.failure).toContain(failure)
  })

  it('says nothing of the call when it fails', () => {
    const secret = 'a-secret-value'
    const headers = new Map([['x-tier', secret]])
    const of = { ...call, request: { ...call.request, headers } }
    for (const source of [
      "int(request.headers['x-tier']) == 1",
      "request.headers[request.headers['x-tier']] == ''",
      "timestamp(request.headers['x-tier']) > timestamp('2026-01-01T00:00:00Z')",
      "'a'.matches('(' + request.headers['x-tier'])",
    ]) {
      const { holds, failure } = verdictOf(source, of)
      expect([source, holds, failure?.includes(secret)]).toEqual([source, false, false])
    }
  })

  it('stops at its cost limit', () => {
    const tools = Array.from({ length: 200 }, (_, index) => `tool${index}`)
    const of = { ...call, request: { ...call.request, tools } }
    const source = "request.tools.all(a, request.tools.all(b, request.tools.all(c, a != 'x')))"
    expect(verdictOf(source, of).failure).toBe('the evaluation exceeded its cost limit')
    expect(verdictOf('request.stream', of)).toEqual({ holds: true })
  })

  it.each([
    [
      'patterns that are made one after the other',
      `[${Array.from({ length: 500 }, (_, index) => index).join()}].exists(i, 'a'.matches('([ab]{0,500}){0,2}' + string(i)))`,
    ],
    [
      'a program that is long for its pattern',
      `'a'.matches('${'(([ab]{0,30}){0,30})'.repeat(12)}')`,
    ],
    ['a long pattern over a long text', "request.headers['x-long'].matches('[ab]{0,999}[c-z]')"],
    ['a search for one', "request.headers['x-long'].find('([ab]{0,30}){0,9}[c-z]') == ''"],
  ])('stops at it also for %s', (_name, source) => {
    const headers = new Map([['x-long', 'ab'.repeat(7500)]])
    const of = { ...call, request: { ...call.request, headers } }
    const { failure } = verdictOf(source, of)
    expect(failure).toBe('the evaluation exceeded its cost limit')
    expect(verdictOf(source, of).failure).toBe(failure)
  })

  it('does not stop at a usual pattern, for many tools', () => {
    const tools = Array.from({ length: 500 }, (_, index) => `tool-${index}`)
    const of = { ...call, request: { ...call.request, tools } }
    const source = "request.tools.all(tool, tool.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'))"
    expect(verdictOf(source, of)).toEqual({ holds: true })
  })

  it.each([
    ['request.model ==', 'line 1, column 17: Syntax error: mismatched input'],
    ["request.stream\n  && user == 'a'", "line 2, column 6: undeclared reference to 'user'"],
    ['request.nope', "line 1, column 8: undefined field 'nope'"],
    ['conversation.turns > 1', "line 1, column 13: undefined field 'turns'"],
    ['request.model', 'line 1, column 1: it must be a bool, and is of type string'],
    ['request.model == 1', 'found no matching overload'],
    ['nothing()', "undeclared reference to 'nothing'"],
    [`${'('.repeat(2000)}true${')'.repeat(2000)}`, 'it is nested too deep'],
  ])('%.30s does not compile', (source, problem) => {
    expect(() => compiler.compile(source)).toThrow(ConditionError)
    expect(() => compiler.compile(source)).toThrow(problem)
  })
})

describe('a text', () => {
  const textOf = (source: string) => compiler.compileText(source).evaluate(bindCallVariables(call))

  it.each([
    ['claims.sub', 'ann'],
    ["consumer.name + ':' + request.model", 'app:gpt-5'],
    ['request.inputTokens', '2000'],
    ['request.stream', 'true'],
  ])('of %s is %s', (source, text) => {
    expect(textOf(source)).toEqual({ text })
  })

  it('is nothing where the call does not have it, or it is no text', () => {
    expect(textOf('claims.department')).toEqual({
      failure: 'a key or field does not exist; ask with `in` or has() first',
    })
    expect(textOf('claims.realm')).toEqual({
      failure: 'the result is no string, number or bool',
    })
  })

  it('refuses what can be none', () => {
    expect(() => compiler.compileText('consumer.groups')).toThrow(ConditionError)
  })
})
