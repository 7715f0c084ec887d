import type { PromptTemplate } from '@fairlead/api'
import { expect, it } from 'vitest'
import { publishes } from './published-prompts.ts'

type Template = Pick<PromptTemplate, 'spec'>
const template = (
  versions: readonly string[],
  path: string | undefined,
  rollout: readonly string[] = [],
): Template => ({
  spec: {
    versions: versions.map((name) => ({ name, messages: [] })),
    rollout: rollout.map((version) => ({ version, weight: 100 })),
    ...(path !== undefined && { expose: { path } }),
  } as unknown as PromptTemplate['spec'],
})

const withSpec = (parts: Partial<PromptTemplate['spec']>): Template => ({
  spec: { ...template(['1', '2'], '/a', ['1']).spec, ...parts },
})
const withLabel = (version: string) => withSpec({ labels: { production: version } })
const withCohort = (group: string) => {
  const match = { groups: [group], consumers: [], headers: [] }
  const cohort = { version: '1', cohort: 'some', weight: 100, match }
  return withSpec({ rollout: [...template([], '/a', ['1']).spec.rollout, cohort] })
}

it.each<[string, boolean, Template, Template | undefined]>([
  ['a new template without a path', false, template(['1'], undefined), undefined],
  ['a new one with a path', true, template(['1'], '/a'), undefined],
  ['a path', true, template(['1'], '/a'), template(['1'], undefined)],
  ['another path', true, template(['1'], '/b'), template(['1'], '/a')],
  ['no path any more', false, template(['1'], undefined), template(['1'], '/a')],
  ['what is the same', false, template(['1'], '/a'), template(['1'], '/a')],
  ['a version that is served at once', true, template(['1', '2'], '/a'), template(['1'], '/a')],
  ['a draft', false, template(['1', '2'], '/a', ['1']), template(['1'], '/a', ['1'])],
  ['what was implied', false, template(['1', '2'], '/a', ['1']), template(['1'], '/a')],
  ['a rollout', true, template(['1', '2'], '/a', ['2']), template(['1', '2'], '/a', ['1'])],
  [
    'a rollout without a path',
    false,
    template(['1', '2'], undefined, ['2']),
    template(['1', '2'], undefined, ['1']),
  ],
  ['a label', true, withLabel('1'), template(['1', '2'], '/a', ['1'])],
  ['another version under a label', true, withLabel('2'), withLabel('1')],
  ['the same labels', false, withLabel('1'), withLabel('1')],
  ['a cohort', true, withCohort('beta'), template(['1', '2'], '/a', ['1'])],
  ['another cohort', true, withCohort('all'), withCohort('beta')],
])('%s publishes: %s', (_, expected, after, before) => {
  expect(publishes(after, before)).toBe(expected)
})
