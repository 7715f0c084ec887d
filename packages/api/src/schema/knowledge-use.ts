import { Type } from 'typebox'
import { atomicList, choice, integer, object, text } from './fields.ts'
import { decimal, modelName } from './formats.ts'
import { reference } from './references.ts'

const base = object('A knowledge base that is searched.', {
  ref: reference('The KnowledgeBase.'),
  topK: integer('Number of passages to retrieve at most. Defaults to 5.', {
    min: 1,
    max: 50,
    default: 5,
  }),
  minScore: Type.Optional(
    decimal(
      'Passages with a lower score are left out. Scores are comparable within one knowledge base only. Defaults to none.',
    ),
  ),
})

/** `spec.knowledge` of a ContextStrategy. */
export const knowledgeUse = object(
  'Passages of knowledge bases that are retrieved for each message.',
  {
    bases: atomicList(
      'The knowledge bases, each once. Bases that a caller may not use are not searched for it.',
      base,
      {
        min: 1,
        max: 8,
        rules: [
          {
            rule: 'self.all(one, self.exists_one(other, other.ref == one.ref))',
            message: 'a knowledge base stands twice',
          },
        ],
      },
    ),
    query: choice(
      'What is searched for. LastUserMessage: the new message; Conversation: the last user messages; Rewritten: what a model makes of them. Defaults to LastUserMessage.',
      ['LastUserMessage', 'Rewritten', 'Conversation'],
      { default: 'LastUserMessage' },
    ),
    rewrite: Type.Optional(
      object('How the query is rewritten, for query Rewritten.', {
        model: modelName('Model that writes the query.'),
      }),
    ),
    maxTokens: integer(
      'Maximum number of tokens of what is quoted: passages with their titles and headings, and what stands around them. Defaults to 2000.',
      {
        min: 1,
        max: 1_000_000,
        default: 2000,
      },
    ),
    placement: choice(
      'Where passages stand. Tail: in front of the new message, which keeps the prompt cached; System: in the system prompt, where they break the prompt cache with every message and weigh more. Defaults to Tail.',
      ['Tail', 'System'],
      { default: 'Tail' },
    ),
    template: Type.Optional(
      text(
        'How passages are shown: {{#chunks}}…{{/chunks}} once, with {{text}} and any of {{index}}, {{title}}, {{url}} and {{base}} in it. {{text}} is the passage in delimiters that it cannot leave. Defaults to the passages alone.',
        { min: 1, max: 4096 },
      ),
    ),
    citations: choice(
      'How answers tell which passages they use. Text: the model is asked to name their numbers, such as [1]; Annotations: the same, and for each number the answer has an annotation, where its format has a form for it; None. Defaults to None.',
      ['None', 'Annotations', 'Text'],
      { default: 'None' },
    ),
    onFailure: choice(
      'What happens to a call if a knowledge base cannot be searched. Continue: it is answered without, which the plan and a header say; Fail: it fails with status 503. Defaults to Continue.',
      ['Continue', 'Fail'],
      { default: 'Continue' },
    ),
  },
  {
    rules: [
      {
        rule: "(self.query == 'Rewritten') == has(self.rewrite)",
        message: 'rewrite goes with query Rewritten, and Rewritten needs it',
      },
    ],
  },
)
