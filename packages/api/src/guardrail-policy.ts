import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import {
  atomicList,
  choice,
  flag,
  freeObject,
  integer,
  mapList,
  object,
  setList,
  text,
  typed,
} from './schema/fields.ts'
import { itemName } from './schema/formats.ts'
import {
  policyMatch,
  policyMode,
  targetReferencesWithSections,
  targetStatuses,
} from './schema/policy-attachment.ts'

const builtin = object('What is known to the gateway.', {
  detectors: setList(
    'What is looked for.',
    choice('A detector.', [
      'Email',
      'PhoneNumber',
      'CreditCard',
      'IBAN',
      'NationalId',
      'IPAddress',
      'Secret',
      'URL',
      'PromptInjection',
    ]),
    { min: 1, max: 9 },
  ),
  sensitivity: choice(
    'How little is enough for PromptInjection; the other detectors have no grades. High finds more and is wrong more often. Defaults to Medium.',
    ['Low', 'Medium', 'High'],
    { default: 'Medium' },
  ),
})

const regex = object('Patterns in the syntax of RE2.', {
  patterns: atomicList(
    'Patterns, any one of which is looked for. One that can match the empty text is refused.',
    text('A pattern, such as (?i)project\\s+nightfall.', { min: 1, max: 1024 }),
    { min: 1, max: 64 },
  ),
})

const keywords = object('Words and phrases, whole and in any case.', {
  words: setList('The words.', text('A word or phrase.', { min: 1, max: 256 }), {
    min: 1,
    max: 1024,
  }),
})

const guard = object(
  'What is looked for, where, and what is done about it.',
  {
    name: itemName('Name of the guard, unique within the policy; verdicts name it.'),
    phases: setList(
      'Where it is looked for. Input: what the caller sends, but for its tools; ToolDefinitions: names, descriptions and schemas of tools; ToolArguments: what tools are called with, in the answer and in what the caller sends; ToolOutput: what tools have given back; Knowledge: what was retrieved for the prompt; Output: the answer.',
      choice('A phase.', [
        'Input',
        'ToolDefinitions',
        'ToolArguments',
        'ToolOutput',
        'Knowledge',
        'Output',
      ]),
      { min: 1, max: 6 },
    ),
    builtin: Type.Optional(builtin),
    regex: Type.Optional(regex),
    keywords: Type.Optional(keywords),
    action: choice(
      'Mask: each finding is replaced by what it is, such as [EMAIL_1]; Replace: by the text of with; Reject: the call is refused, or its answer ends with an error; Annotate: it is only reported.',
      ['Mask', 'Replace', 'Reject', 'Annotate'],
    ),
    with: Type.Optional(text('With Replace: what stands in the place of a finding.', { max: 256 })),
    reversible: flag(
      'With Mask: whether placeholders of what the caller sent are put back in its answer; not in conversations, and not where a call goes on with a response that is kept. Defaults to false.',
      { default: false },
    ),
    samplePercent: integer('The percentage of calls that it looks at. Defaults to 100.', {
      min: 1,
      max: 100,
      default: 100,
    }),
  },
  {
    rules: [
      {
        rule: '[has(self.builtin), has(self.regex), has(self.keywords)].filter(given, given).size() == 1',
        message: 'exactly one of builtin, regex and keywords must be given',
      },
      {
        rule: "(self.action == 'Replace') == has(self.with)",
        message: 'with goes with action Replace, and Replace needs it',
      },
      {
        rule: "!self.reversible || (self.action == 'Mask' && self.phases.exists(phase, phase != 'Output'))",
        message:
          'reversible goes with action Mask, in a phase of what the caller sends: leave it out',
      },
    ],
  },
)

const format = object(
  'The text of an answer has to be JSON. Such an answer is held until all of it is there. Answers that call tools, were cut or refused stay as they are.',
  {
    type: choice('JSONSchema: JSON that fits a schema. Defaults to JSONSchema.', ['JSONSchema'], {
      default: 'JSONSchema',
    }),
    schemaFrom: choice(
      'Request: what each call asks for by response_format and its like; calls that ask for none are left alone. Spec: the schema of the policy, for every call. Defaults to Request.',
      ['Request', 'Spec'],
      { default: 'Request' },
    ),
    schema: Type.Optional(
      freeObject('With Spec: a JSON Schema (2020-12), which is also told to the model.'),
    ),
    repair: flag(
      'Whether what is around the JSON goes, such as a fence, and small mistakes are mended, such as a missing comma or end. Defaults to true.',
      { default: true },
    ),
    retries: integer(
      'How often a model is asked to write an answer anew that does not fit. Each is a call of its own, which counts for the caller. Defaults to 1.',
      { min: 0, max: 3, default: 1 },
    ),
    model: Type.Optional(
      text('The model that is asked to. Defaults to that of the call.', { min: 1, max: 256 }),
    ),
    onFailure: choice(
      'What becomes of an answer that does not fit in the end. Fail: the caller gets an error, 502 format_not_met; Pass: the answer as the model wrote it. Defaults to Fail.',
      ['Fail', 'Pass'],
      { default: 'Fail' },
    ),
  },
  {
    rules: [
      {
        rule: "(self.schemaFrom == 'Spec') == has(self.schema)",
        message: 'schema goes with schemaFrom Spec, and Spec needs it',
      },
    ],
  },
)

const transform = object(
  'What is done to an answer, before the guards look at it.',
  {
    name: itemName('Name of the transform, unique within the policy.'),
    format: Type.Optional(format),
    strip: Type.Optional(
      setList(
        'What is left out of an answer. Reasoning: what the model thought.',
        choice('A part.', ['Reasoning']),
        { min: 1, max: 1 },
      ),
    ),
    length: Type.Optional(
      object('How long the text of an answer may be.', {
        maxCharacters: integer(
          'The number of characters behind which it is cut; the answer then ends as one that was too long does.',
          { min: 1, max: 1_000_000 },
        ),
      }),
    ),
  },
  {
    rules: [
      {
        rule: '[has(self.format), has(self.strip), has(self.length)].filter(given, given).size() == 1',
        message: 'exactly one of format, strip and length must be given',
      },
    ],
  },
)

const stream = object(
  'What becomes of an answer that is a stream.',
  {
    mode: choice(
      'HoldBack: text leaves once nothing that is still to come can change its verdict; Buffer: nothing leaves before the whole answer is there; RejectOnly: text leaves at once, and the stream ends with an error where something is found, the beginning of which may have left. Defaults to HoldBack.',
      ['HoldBack', 'Buffer', 'RejectOnly'],
      { default: 'HoldBack' },
    ),
    window: integer(
      'With HoldBack and RejectOnly: how many characters may be held back or looked back at. A guard that needs more is refused. Defaults to 8192.',
      { min: 16, max: 65_536, default: 8192 },
    ),
  },
  { default: {} },
)

const spec = object(
  'What calls and answers may not contain. Every policy that matches applies: by order, then by name.',
  {
    targetRefs: targetReferencesWithSections(
      'What the policy is attached to. Calls that pass any one of them are meant; with an LLMProvider, those that it may answer.',
      ['LLMGateway', 'RoutingPolicy', 'LLMProvider', 'PromptTemplate', 'Consumer'],
      {
        kinds: ['RoutingPolicy', 'LLMProvider'],
        description:
          'A rule of a RoutingPolicy, or one of the models of an LLMProvider. Defaults to all of them.',
      },
    ),
    match: policyMatch,
    order: integer('Policies with a lower one come first. Defaults to 100.', {
      min: 0,
      max: 10_000,
      default: 100,
    }),
    guards: mapList(
      'The guards, in the order in which they look at a text. Defaults to none.',
      ['name'],
      guard,
      { max: 16, default: [] },
    ),
    transforms: mapList(
      'What is done to answers, one after the other, before the guards look at them. They have no Shadow. Defaults to nothing.',
      ['name'],
      transform,
      { max: 8, default: [] },
    ),
    stream,
    mode: policyMode,
    refusal: object(
      'What a caller is told whose call or answer is rejected.',
      {
        message: text('The message. Defaults to This request was blocked by policy.', {
          min: 1,
          max: 1024,
          default: 'This request was blocked by policy.',
        }),
      },
      { default: {} },
    ),
    failureMode: choice(
      'What becomes of a call with text that cannot be looked at, such as tokens in the place of text. Closed: it is refused; Open: it passes. Defaults to Closed.',
      ['Closed', 'Open'],
      { default: 'Closed' },
    ),
  },
)

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs and Enforced, over all targets.'),
  targets: targetStatuses(),
})

export type GuardrailPolicySpec = Static<typeof spec>
export type GuardrailPolicyStatus = Static<typeof status>
export type GuardrailPolicyTransform = Static<typeof transform>
export type GuardrailPolicyGuard = Static<typeof guard>
export type GuardrailPolicy = Resource<GuardrailPolicySpec, GuardrailPolicyStatus>

/** What calls and answers may not contain, and what is done about it. */
export const GuardrailPolicy = defineResource({
  group,
  version,
  kind: 'GuardrailPolicy',
  plural: 'guardrailpolicies',
  shortNames: ['llmguard'],
  categories,
  description:
    'What calls and their answers may not contain: guards that mask, replace and reject.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'Target', type: 'string', jsonPath: '.spec.targetRefs[*].name' },
    { name: 'Guards', type: 'string', jsonPath: '.spec.guards[*].name' },
    { name: 'Order', type: 'integer', jsonPath: '.spec.order', priority: 1 },
    { name: 'Mode', type: 'string', jsonPath: '.spec.mode' },
    conditionColumn('Accepted'),
    conditionColumn('Enforced'),
    ageColumn,
  ],
})
