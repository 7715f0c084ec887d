import { changeFunctions } from './change-functions.ts'
import { erasureFunctions } from './erasure-functions.ts'
import { memberFunctions } from './member-functions.ts'
import { ownedResponses } from './owned-responses.ts'
import { readingFunctions } from './reading-functions.ts'
import { recordFunctions } from './record-functions.ts'
import { responseFunctions } from './response-functions.ts'
import { tables } from './tables.ts'
import { unsampledTexts } from './unsampled-texts.ts'

/**
 * Entry n migrates a schema from version n to n + 1; existing entries are never changed. While replicas
 * are replaced one by one, those of the version before go on: a migration adds, and a function that
 * would no longer serve them gets another name.
 */
export const migrations: readonly string[] = [
  [
    tables,
    memberFunctions,
    changeFunctions,
    readingFunctions,
    responseFunctions,
    recordFunctions,
  ].join('\n'),
  ownedResponses,
  erasureFunctions,
  unsampledTexts,
]

/** Before it, a migration has changed what functions and tables of earlier programs mean. */
export const oldestServed = 3
