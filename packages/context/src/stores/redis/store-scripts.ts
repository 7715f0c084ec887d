import { beginAnswerScript, changeAnswerScript, dropAnswerScript } from './answer-scripts.ts'
import {
  appendScript,
  finishScript,
  flushScript,
  joinScript,
  keepOutlineScript,
  removeScript,
  replacePlanScript,
} from './conversation-scripts.ts'
import { enterSubjectScript, eraseScript, erasuresScript } from './erasure-scripts.ts'
import { countScript, uncountScript } from './kept-scripts.ts'
import { aliveScript, beatScript, claimScript, releaseScript } from './member-scripts.ts'
import {
  basisScript,
  itemScript,
  outlinesScript,
  pathScript,
  placeScript,
  planScript,
  seqsScript,
  textsScript,
  turnScript,
} from './reading-scripts.ts'
import {
  listRecordsScript,
  loadRecordScript,
  putOwnedScript,
  putRecordScript,
  removeOwnerScript,
  removeRecordScript,
} from './record-scripts.ts'
import { learnScript } from './redis-factors.ts'
import { enterScript } from './redis-indexes.ts'
import type { RedisScript } from './redis-script.ts'
import {
  addResponseScript,
  failResponseScript,
  finishResponseScript,
  flushResponseScript,
  framesScript,
  linkScript,
  loadResponseScript,
  removeResponseScript,
} from './response-scripts.ts'

/** All scripts of a store, loaded with each connection. */
export const storeScripts: readonly RedisScript[] = [
  appendScript,
  flushScript,
  finishScript,
  joinScript,
  replacePlanScript,
  keepOutlineScript,
  removeScript,
  basisScript,
  textsScript,
  turnScript,
  placeScript,
  pathScript,
  itemScript,
  seqsScript,
  outlinesScript,
  planScript,
  enterScript,
  enterSubjectScript,
  eraseScript,
  erasuresScript,
  addResponseScript,
  flushResponseScript,
  finishResponseScript,
  framesScript,
  linkScript,
  loadResponseScript,
  failResponseScript,
  removeResponseScript,
  beginAnswerScript,
  changeAnswerScript,
  dropAnswerScript,
  countScript,
  uncountScript,
  learnScript,
  putOwnedScript,
  putRecordScript,
  loadRecordScript,
  listRecordsScript,
  removeRecordScript,
  removeOwnerScript,
  beatScript,
  aliveScript,
  claimScript,
  releaseScript,
]
