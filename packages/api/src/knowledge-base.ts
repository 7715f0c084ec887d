import { defineResource, type Resource } from '@fairlead/kube-core'
import { Type, type Static } from 'typebox'
import { categories, group, version } from './group.ts'
import { ageColumn, conditionColumn, conditions, observedGeneration } from './schema/conditions.ts'
import {
  atomicList,
  choice,
  integer,
  mapList,
  object,
  setList,
  text,
  typed,
} from './schema/fields.ts'
import { duration, httpURL, itemName, modelName } from './schema/formats.ts'
import { knowledgeSourceStatus } from './schema/knowledge-status.ts'
import { reference, secretReference } from './schema/references.ts'

const countMax = 100_000_000

const source = object(
  'Where documents come from.',
  {
    name: itemName('Name of the source, unique within the knowledge base.'),
    http: Type.Optional(
      object('Documents that are fetched: Markdown, HTML, plain text or PDF.', {
        urls: setList('Their addresses.', httpURL('Address of a document.'), { min: 1, max: 256 }),
        refresh: duration('How often they are read again, at least 1m. Defaults to 1h.', {
          default: '1h',
        }),
      }),
    ),
    configMapRef: Type.Optional(
      reference(
        'A ConfigMap, each key of which is a document of the type that its ending says. A change is read at once.',
      ),
    ),
    postgres: Type.Optional(
      object('Rows of a PostgreSQL database, each of which is a document.', {
        urlSecretRef: secretReference('Secret that holds the URL, postgres://.', {
          defaultKey: 'url',
        }),
        query: text(
          'A query that returns the columns id and body, and may return title and url; all other columns become metadata.',
          { min: 1, max: 8192 },
        ),
        refresh: duration('How often it is run again, at least 10s. Defaults to 5m.', {
          default: '5m',
        }),
      }),
    ),
  },
  {
    rules: [
      {
        rule: '(has(self.http) ? 1 : 0) + (has(self.configMapRef) ? 1 : 0) + (has(self.postgres) ? 1 : 0) == 1',
        message: 'exactly one of http, configMapRef and postgres must be given',
      },
    ],
  },
)

const retriever = object('A service that is asked for passages with each call.', {
  type: choice(
    'What it speaks. Dify: the external knowledge API of Dify; OpenAIVectorStore: the vector store search of OpenAI.',
    ['Dify', 'OpenAIVectorStore'],
  ),
  url: httpURL(
    'Its address. For Dify what /retrieval is appended to, for OpenAIVectorStore the base URL, such as https://api.openai.com/v1.',
  ),
  knowledgeId: text('Which of its knowledge bases or vector stores is searched.', {
    min: 1,
    max: 256,
  }),
  credentialsSecretRef: Type.Optional(
    secretReference('Secret that holds the key, which is sent as a bearer token.', {
      defaultKey: 'key',
    }),
  ),
  timeout: duration('How long it may take, at most 30s. Defaults to 2s.', { default: '2s' }),
})

const chunking = object('How documents are cut into passages.', {
  maxTokens: integer('Length of a passage at most, in tokens. Defaults to 400.', {
    min: 16,
    max: 8192,
    default: 400,
  }),
  overlapTokens: integer('How much of a passage the next one repeats, in tokens. Defaults to 40.', {
    min: 0,
    max: 4096,
    default: 40,
  }),
  splitOn: choice(
    'Where cuts are made first. Tables and code are kept whole where they fit. Defaults to Headings.',
    ['Headings', 'Paragraphs', 'Tokens'],
    { default: 'Headings' },
  ),
})

const index = object(
  'How passages are found.',
  {
    mode: choice(
      'BM25: by words; Vector: by the similarity of embeddings; Hybrid: by both, fused by rank. Defaults to BM25.',
      ['BM25', 'Vector', 'Hybrid'],
      { default: 'BM25' },
    ),
    embedding: Type.Optional(
      object('What makes embeddings, for Vector and Hybrid.', {
        model: modelName('Embedding model, as callers of the gateway name it.'),
      }),
    ),
  },
  {
    rules: [
      {
        rule: "(self.mode != 'BM25') == has(self.embedding)",
        message: 'embedding goes with mode Vector or Hybrid, which need it',
        fieldPath: '.embedding',
      },
    ],
  },
)

const store = object(
  'Where the index is kept.',
  {
    type: choice(
      'SQLite: a file, of which each replica has its own; Postgres: a server, for any number of replicas. Defaults to SQLite.',
      ['SQLite', 'Postgres'],
      { default: 'SQLite' },
    ),
    sqlite: Type.Optional(
      object('The database file, for type SQLite.', {
        path: Type.Optional(
          text(
            'Path of the file, relative to the data directory; no two knowledge bases can have the same. Defaults to knowledge/NAMESPACE/NAME.db.',
            { min: 1, max: 1024 },
          ),
        ),
      }),
    ),
    postgres: Type.Optional(
      object('The server, for type Postgres.', {
        urlSecretRef: secretReference('Secret that holds the URL, postgres://.', {
          defaultKey: 'url',
        }),
        schema: text('Schema of the tables. Defaults to fairlead.', {
          min: 1,
          max: 63,
          pattern: '^[a-z_][a-z0-9_]*$',
          default: 'fairlead',
        }),
      }),
    ),
  },
  {
    rules: [
      {
        rule: "self.type == 'SQLite' || !has(self.sqlite)",
        message: 'sqlite goes with type SQLite only',
      },
      {
        rule: "(self.type == 'Postgres') == has(self.postgres)",
        message: 'postgres goes with type Postgres, and Postgres needs it',
      },
    ],
  },
)

const access = object(
  'Who may search it. For anybody else it does not exist.',
  {
    groups: setList(
      'Groups of Consumers; * is everybody whom the gateway serves. Defaults to everybody.',
      text('Name of a group, or *.', { min: 1, max: 253 }),
      { max: 64, default: ['*'] },
    ),
    metadataFilter: text(
      'Which passages a caller finds, evaluated in the store: comparisons of chunk.NAME with constants, consumer or claims, joined by && and ||, such as chunk.department in consumer.groups. Defaults to all.',
      { max: 2048, default: '' },
    ),
  },
  { default: {} },
)

const spec = object(
  'Where knowledge comes from, and how it is found.',
  {
    sources: mapList(
      'Where documents come from. Without any, retrieve must be given.',
      ['name'],
      source,
      { max: 16, default: [] },
    ),
    retrieve: Type.Optional(retriever),
    chunking: Type.Optional(chunking),
    index: Type.Optional(index),
    store: Type.Optional(store),
    rerank: Type.Optional(
      object('What orders again what was found. Defaults to nothing.', {
        model: modelName('Reranking model, as callers of the gateway name it.'),
        candidates: integer('Number of passages that it is given. Defaults to 50.', {
          min: 2,
          max: 200,
          default: 50,
        }),
      }),
    ),
    access,
  },
  {
    rules: [
      {
        rule: '(self.sources.size() > 0) != has(self.retrieve)',
        message: 'either sources or retrieve must be given',
      },
      {
        rule: '!has(self.retrieve) || !(has(self.chunking) || has(self.index) || has(self.store))',
        message: 'chunking, index and store go with sources: leave them out',
      },
    ],
  },
)

const status = object('Observed state, written by the operator.', {
  observedGeneration: observedGeneration(),
  conditions: conditions('Accepted, ResolvedRefs and Ready.'),
  mode: Type.Optional(text('How it is searched: the mode of its index, or External.', { max: 16 })),
  documents: Type.Optional(
    integer('Number of documents that are indexed.', { min: 0, max: countMax }),
  ),
  passages: Type.Optional(
    integer('Number of passages that these are cut into.', { min: 0, max: countMax }),
  ),
  sources: Type.Optional(atomicList('How its sources stand.', knowledgeSourceStatus, { max: 16 })),
})

export type KnowledgeBaseSpec = Static<typeof spec>
export type KnowledgeBaseStatus = Static<typeof status>
export type KnowledgeBase = Resource<KnowledgeBaseSpec, KnowledgeBaseStatus>

/** External text that prompts draw on. */
export const KnowledgeBase = defineResource({
  group,
  version,
  kind: 'KnowledgeBase',
  plural: 'knowledgebases',
  shortNames: ['llmkb'],
  categories,
  description: 'External text that prompts draw on: its sources, its index, and who may search it.',
  spec: typed(spec),
  status: typed(status),
  printColumns: [
    { name: 'Mode', type: 'string', jsonPath: '.status.mode' },
    { name: 'Documents', type: 'integer', jsonPath: '.status.documents' },
    { name: 'Passages', type: 'integer', jsonPath: '.status.passages' },
    conditionColumn('Accepted'),
    conditionColumn('Ready'),
    ageColumn,
  ],
})
