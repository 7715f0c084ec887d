import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { versionName } from './schema/version-name.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import {
  atomicList,
  choice,
  freeObject,
  integer,
  mapList,
  number,
  object,
  setList,
  text,
  typed,
} from './schema/fields.ts'
import { dateTime, decimal, duration, itemName, modelName, objectName } from './schema/formats.ts'

const metric = object(
  'How an answer is scored, from 0 to 1.',
  {
    name: itemName('Name of the metric.'),
    type: choice(
      'ExactMatch: 1 for the expected answer, apart from white space around it, or for equal JSON; JSONSchema: 1 for JSON that matches a schema; Likeness: how much it is like the expected answer; LLMJudge: what a model makes of it.',
      ['ExactMatch', 'JSONSchema', 'Likeness', 'LLMJudge'],
    ),
    schema: Type.Optional(
      freeObject(
        'JSON Schema (2020-12), for type JSONSchema. Defaults to the one of the response format of the version.',
      ),
    ),
    model: Type.Optional(
      modelName(
        'For LLMJudge the model that judges; for Likeness one that makes vectors, whose cosine is the score. Without it, Likeness is the share of words that both have.',
      ),
    ),
    rubric: Type.Optional(
      text('What the judge is to look for, for type LLMJudge.', { min: 1, max: 8192 }),
    ),
  },
  {
    rules: [
      {
        rule: "self.type != 'LLMJudge' || (has(self.model) && has(self.rubric))",
        message: 'LLMJudge needs model and rubric',
      },
      {
        rule: "!has(self.rubric) || self.type == 'LLMJudge'",
        message: 'rubric goes with type LLMJudge',
      },
      {
        rule: "!has(self.model) || self.type in ['LLMJudge', 'Likeness']",
        message: 'model goes with types LLMJudge and Likeness',
      },
      {
        rule: "!has(self.schema) || self.type == 'JSONSchema'",
        message: 'schema goes with type JSONSchema',
      },
    ],
  },
)

const spec = object(
  'Which versions of a prompt are evaluated, with which cases, and how.',
  {
    promptRef: object('The PromptTemplate, of the same namespace.', {
      name: objectName('Name of the PromptTemplate.'),
    }),
    versions: setList('Versions to evaluate.', text('Name of a version.', versionName), {
      min: 1,
      max: 16,
    }),
    dataset: object('The cases.', {
      configMapRef: object(
        'A ConfigMap of the same namespace. Each line of its key is a case: a JSON object with parameters and, for ExactMatch and Likeness, expected. At most 1,000.',
        {
          name: objectName('Name of the ConfigMap.'),
          key: text('Key of the cases. Defaults to cases.jsonl.', {
            min: 1,
            max: 253,
            pattern: '^[-._a-zA-Z0-9]+$',
            default: 'cases.jsonl',
          }),
        },
      ),
    }),
    metrics: mapList('How answers are scored.', ['name'], metric, { min: 1, max: 8 }),
    gate: Type.Optional(
      object(
        'What a version must reach before the rollout of the prompt may newly name it: a write that does so is refused for a version with a lower score, or without one.',
        {
          metric: itemName('Name of the metric.'),
          atLeast: decimal('The least mean score, from 0 to 1.'),
        },
      ),
    ),
    run: text(
      'Any text. The evaluation runs when it is created and after every change of its spec; change this to have it run again. Defaults to empty.',
      { max: 253, default: '' },
    ),
    schedule: Type.Optional(
      text('When it also runs, as in a CronJob, in UTC: "0 6 * * 1", "@daily".', {
        min: 1,
        max: 253,
      }),
    ),
    concurrency: integer('How many cases run at once. Defaults to 4.', {
      min: 1,
      max: 16,
      default: 4,
    }),
    caseTimeout: duration(
      'How long the answer to a case may take, and its scores. Defaults to 2m.',
      {
        default: '2m',
      },
    ),
  },
  {
    rules: [
      {
        rule: '!has(self.gate) || self.metrics.exists(m, m.name == self.gate.metric)',
        message: 'gate names a metric that is not in metrics',
        fieldPath: '.gate',
      },
    ],
  },
)

const run = object('The last run.', {
  holder: text('The gateway that runs it.', { max: 253 }),
  generation: integer('Generation of the evaluation that it is a run of.', {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  }),
  phase: choice('How far it is.', ['Running', 'Succeeded', 'Failed']),
  startedAt: dateTime('When it began.'),
  renewedAt: dateTime('When its holder was last seen; another one takes it over a minute later.'),
  finishedAt: Type.Optional(dateTime('When it ended.')),
  done: integer('Cases that have been run, of all versions.', { min: 0, max: 16_000 }),
  total: integer('Cases to run.', { min: 0, max: 16_000 }),
  message: Type.Optional(text('Why it has failed, or what went wrong first.', { max: 1024 })),
})

const result = object('What a version has come to.', {
  version: text('Name of the version.', { max: 63 }),
  runStartedAt: dateTime('When the run began that it is from.'),
  generation: integer('Generation of the evaluation that it is a result of.', {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  }),
  cases: integer('Cases that were answered.', { min: 0, max: 1000 }),
  failed: integer('Cases that got no answer.', { min: 0, max: 1000 }),
  scores: atomicList(
    'Scores by metric. A case without an answer scores 0.',
    object('The score of a metric.', {
      metric: text('Name of the metric.', { max: 63 }),
      mean: number('Mean of the scores of all cases.', { min: 0, max: 1 }),
      unscored: integer('Answers that could not be scored; they are not in the mean.', {
        min: 0,
        max: 1000,
      }),
    }),
    { max: 8 },
  ),
  costUSD: text('US dollars that its calls have cost, as far as their prices are known.', {
    max: 32,
  }),
  message: Type.Optional(text('What went wrong first.', { max: 1024 })),
})

const status = object('Observed state, written by the operator and by the gateway that runs it.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted and ResolvedRefs.'),
  run: Type.Optional(run),
  results: Type.Optional(
    mapList('The last result of each version.', ['version'], result, { max: 16 }),
  ),
})

type PromptEvaluationSpec = Static<typeof spec>
type PromptEvaluationStatus = Static<typeof status>
export type EvaluationRun = Static<typeof run>
export type EvaluationResult = Static<typeof result>
export type PromptEvaluation = Resource<PromptEvaluationSpec, PromptEvaluationStatus>

/** Whether versions of a prompt do their job. */
export const PromptEvaluation = defineResource({
  group,
  version,
  kind: 'PromptEvaluation',
  plural: 'promptevaluations',
  shortNames: ['llmeval'],
  categories,
  description: 'Cases with which versions of a prompt are tried, and how their answers are scored.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'Prompt', type: 'string', jsonPath: '.spec.promptRef.name' },
    conditionColumn('Accepted'),
    { name: 'Run', type: 'string', jsonPath: '.status.run.phase' },
    { name: 'Done', type: 'integer', jsonPath: '.status.run.done' },
    { name: 'Total', type: 'integer', jsonPath: '.status.run.total' },
    { name: 'Message', type: 'string', jsonPath: '.status.run.message', priority: 1 },
    ageColumn,
  ],
})
