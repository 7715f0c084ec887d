import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import { choice, integer, object, typed } from './schema/fields.ts'
import { duration, modelName } from './schema/formats.ts'
import { knowledgeUse } from './schema/knowledge-use.ts'
import { memory } from './schema/memory.ts'

const tokensMax = 100_000_000

const lastTurns = object('Number of turns to send, for mode LastTurns.', {
  turns: integer('Number of most recent turns to send.', { min: 1, max: 10_000 }),
  slackTurns: Type.Optional(
    integer(
      'Number of turns by which the history may exceed turns before it is cut back to turns. Slack keeps the start of the prompt unchanged between cuts, which prompt caches need; 0 sends exactly the most recent turns. Defaults to turns.',
      { min: 0, max: 10_000 },
    ),
  ),
})

const tokenWindow = object(
  'A window counted in tokens, for mode TokenWindow.',
  {
    highTokens: integer('Length above which the history is cut, in tokens.', {
      min: 1,
      max: tokensMax,
    }),
    lowTokens: integer(
      'Length to which it is cut, in tokens, at the border of a turn; 0.6 of highTokens is recommended. The newest turn stays as long as it fits highTokens.',
      { min: 0, max: tokensMax },
    ),
  },
  {
    rules: [
      {
        rule: 'self.lowTokens * 4 <= self.highTokens * 3',
        message:
          'lowTokens must be at most 0.75 of highTokens, 0.6 is recommended: without this gap every turn cuts the history and every prompt cache is lost',
        fieldPath: '.lowTokens',
      },
    ],
  },
)

const summarize = object(
  'When and how older turns are summarised, for mode Summarize.',
  {
    triggerTokens: integer('Length above which older turns are summarised, in tokens.', {
      min: 1,
      max: tokensMax,
    }),
    targetTokens: integer(
      'Length of the history after summarising, in tokens; 0.6 of triggerTokens is recommended.',
      {
        min: 1,
        max: tokensMax,
      },
    ),
    keepLastTurns: integer(
      'Number of most recent turns that are never summarised. Defaults to 2.',
      {
        min: 0,
        max: 10_000,
        default: 2,
      },
    ),
    model: Type.Optional(
      modelName('Model that writes the summary. Defaults to the model of the conversation.'),
    ),
  },
  {
    rules: [
      {
        rule: 'self.targetTokens * 4 <= self.triggerTokens * 3',
        message:
          'targetTokens must be at most 0.75 of triggerTokens, 0.6 is recommended: without this gap every turn summarises and every prompt cache is lost',
        fieldPath: '.targetTokens',
      },
    ],
  },
)

const history = object(
  'Which part of the conversation is sent to the model.',
  {
    mode: choice(
      'Full: the whole history; LastTurns: the most recent turns; TokenWindow: the most recent turns that fit a number of tokens; Summarize: a summary of older turns. Defaults to Full.',
      ['Full', 'LastTurns', 'TokenWindow', 'Summarize'],
      { default: 'Full' },
    ),
    lastTurns: Type.Optional(lastTurns),
    tokenWindow: Type.Optional(tokenWindow),
    summarize: Type.Optional(summarize),
  },
  {
    default: {},
    rules: [
      {
        rule: "(self.mode == 'LastTurns') == has(self.lastTurns)",
        message: 'lastTurns goes with mode LastTurns, and LastTurns needs it',
      },
      {
        rule: "(self.mode == 'TokenWindow') == has(self.tokenWindow)",
        message: 'tokenWindow goes with mode TokenWindow, and TokenWindow needs it',
      },
      {
        rule: "(self.mode == 'Summarize') == has(self.summarize)",
        message: 'summarize goes with mode Summarize, and Summarize needs it',
      },
    ],
  },
)

const retrieval = object(
  'Whether older turns that are relevant to the new input, and that the history lacks, are quoted in front of it.',
  {
    mode: choice(
      'None; BM25: found by their words; Vector: by the similarity of vectors; Hybrid: by both. Defaults to None.',
      ['None', 'BM25', 'Vector', 'Hybrid'],
      { default: 'None' },
    ),
    maxTokens: integer('Maximum number of tokens that are quoted of them. Defaults to 2000.', {
      min: 1,
      max: tokensMax,
      default: 2000,
    }),
    neighbours: integer(
      'Number of turns before and after a relevant one that count as relevant, too, though less. Defaults to 1.',
      { min: 0, max: 10, default: 1 },
    ),
    model: Type.Optional(
      modelName('Embedding model, as callers of this gateway name it. Vector and Hybrid need it.'),
    ),
  },
  {
    default: {},
    rules: [
      {
        rule: "has(self.model) == (self.mode == 'Vector' || self.mode == 'Hybrid')",
        message: 'model goes with the modes Vector and Hybrid, and they need it',
      },
    ],
  },
)

const onConcurrent = object(
  'What a message does when another turn of its conversation is running.',
  {
    mode: choice(
      'Queue: it waits for the turns that came before it; Interrupt: the running turn is cancelled, and the message runs before those that queue; Reject: it is refused. Defaults to Queue.',
      ['Queue', 'Interrupt', 'Reject'],
      { default: 'Queue' },
    ),
    maxWait: duration('How long a message waits before it is refused. Defaults to 30s.', {
      default: '30s',
    }),
  },
  { default: {} },
)

const spec = object('How a prompt is assembled from a conversation, and how its turns run.', {
  history,
  retrieval,
  knowledge: Type.Optional(knowledgeUse),
  memory: Type.Optional(memory),
  budget: object(
    "How the model's context window is divided.",
    {
      reserveOutputTokens: integer('Number of tokens reserved for the answer. Defaults to 1024.', {
        min: 0,
        max: tokensMax,
        default: 1024,
      }),
      historyTokens: Type.Optional(
        integer(
          'Maximum number of tokens of past turns to send, a summary of them included. Beyond it, the oldest are left out, down to 0.6 of it. Pinned turns, and calls of tools that are still to be answered, come on top. No maximum by default.',
          { min: 0, max: tokensMax },
        ),
      ),
    },
    { default: {} },
  ),
  promptCaching: choice(
    'Whether providers are told what to cache, where the caller has said nothing of it. Auto: those that take marks (Anthropic, Bedrock) after tools and system, after pinned turns and the summary, after the history; those that take a prompt_cache_key (OpenAI, Azure OpenAI, Mistral) get one for each conversation; None: not at all. Defaults to Auto.',
    ['Auto', 'None'],
    { default: 'Auto' },
  ),
  providerCompaction: Type.Optional(
    object(
      "Compaction by the provider: an answer of OpenAI's Responses API then begins with an item that stands for what was sent before, in later prompts for the very same provider, model and key. Any other target is sent what history says, and the plan says so (provider_compaction: not_offered).",
      {
        atTokens: integer(
          'Number of tokens from which on the provider is asked to compact, where the caller says nothing of it.',
          { min: 1000, max: tokensMax },
        ),
      },
    ),
  ),
  onOverflow: choice(
    "What happens if the prompt still exceeds the model's context window. Compact: more of the history is left out; Error: the call fails. Defaults to Compact.",
    ['Compact', 'Error'],
    { default: 'Compact' },
  ),
  onConcurrent,
  onDisconnect: choice(
    'What happens to a turn whose caller disconnects. Continue: it is answered and recorded to its end, unless another message of the conversation comes first; Cancel: it ends at once, with what its caller could have seen. Defaults to Continue.',
    ['Continue', 'Cancel'],
    { default: 'Continue' },
  ),
})

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted and ResolvedRefs.'),
})

export type ContextStrategySpec = Static<typeof spec>
export type ContextStrategyStatus = Static<typeof status>
export type ContextStrategy = Resource<ContextStrategySpec, ContextStrategyStatus>

/** How much of a conversation is sent with each call, and how its turns run. */
export const ContextStrategy = defineResource({
  group,
  version,
  kind: 'ContextStrategy',
  plural: 'contextstrategies',
  shortNames: ['llmctx'],
  categories,
  description:
    'How much of a conversation is sent with each call, which part of it, and how its turns run.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'History', type: 'string', jsonPath: '.spec.history.mode' },
    { name: 'Retrieval', type: 'string', jsonPath: '.spec.retrieval.mode' },
    conditionColumn('Accepted'),
    { name: 'Memory', type: 'string', jsonPath: '.spec.memory.mode', priority: 1 },
    { name: 'On overflow', type: 'string', jsonPath: '.spec.onOverflow', priority: 1 },
    ageColumn,
  ],
})
