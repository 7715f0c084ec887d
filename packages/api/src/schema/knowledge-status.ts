import { Type } from 'typebox'
import { atomicList, flag, integer, object, text } from './fields.ts'
import { dateTime, itemName } from './formats.ts'

const countMax = 100_000_000

/** How one source of a knowledge base stands. */
export const knowledgeSourceStatus = object('How a source stands.', {
  name: itemName('Name of the source.'),
  documents: integer('Number of documents that are indexed.', { min: 0, max: countMax }),
  passages: integer('Number of passages that these are cut into.', { min: 0, max: countMax }),
  bytes: Type.Optional(
    integer('Bytes of their texts, as they are indexed.', {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
  ),
  failures: integer('Number of documents that the last refresh could not read.', {
    min: 0,
    max: countMax,
  }),
  problems: Type.Optional(
    atomicList(
      'The first of these documents, and why; never contains a secret value.',
      text('A document and what is wrong with it.', { max: 300 }),
      { max: 5 },
    ),
  ),
  lastRefresh: Type.Optional(dateTime('When the last refresh ended.')),
  nextRefresh: Type.Optional(dateTime('When the next one is planned.')),
  lastSuccess: Type.Optional(dateTime('When the source was last read without a failure.')),
  lastProblem: Type.Optional(
    text('What failed last, until a refresh succeeds; never contains a secret value.', {
      max: 1024,
    }),
  ),
})

/** One of `status.replicas[].knowledge` of a gateway. */
export const knowledgeReport = object('A knowledge base as the replica has it.', {
  base: text('The KnowledgeBase, as namespace/name.', { min: 1, max: 317 }),
  generation: integer('Generation of the spec that the replica serves.', {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  }),
  ready: flag('Whether it can be searched, and every source has been read.'),
  message: Type.Optional(
    text('Why it is not ready; never contains a secret value.', { max: 1024 }),
  ),
  sources: Type.Optional(atomicList('How its sources stand.', knowledgeSourceStatus, { max: 16 })),
})
