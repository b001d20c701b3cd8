/** Every code that a problem can have, with what is said then. Grouped as operations refuse. */

/** Codes and an example of their detail. */
export type Problems = Readonly<Record<string, string>>;

export const KEY: Problems = {
  'key-missing': 'expected the header Authorization: Bearer tgk_...',
  'key-malformed': 'the key is mistyped or cut off: its checksum is wrong',
  'key-unknown': 'the key is not known here',
  'key-revoked': 'the key was revoked',
  'key-expired': 'the key has expired',
};
export const ADMIN: Problems = {
  'admin-token-wrong': 'expected Authorization: Bearer and the admin token',
};
export const SCOPE: Problems = { 'scope-insufficient': 'expected a key with the scope score' };
export const RATE: Problems = { 'rate-limited': 'at most 100 requests a second' };
export const QUOTA: Problems = {
  'quota-exceeded': 'the call takes 1024 units, the month has 512 left of 10000',
};
export const NEW_WORDS_LIMIT: Problems = {
  'operators-daily-limit': 'the account had 1000 operators embedded today that were never seen before',
};
export const TOO_MANY_SEARCHES: Problems = { 'too-many-searches': 'at most 4 searches at a time' };
export const SECRETS: Problems = {
  'secrets-not-configured':
    'this server refuses to serve until its secrets KEY_PEPPER and ADMIN_TOKEN are set',
};
export const AWAY: Problems = {
  ...SECRETS,
  'account-unavailable': 'the account does not answer; a call with an Idempotency-Key is safe to repeat',
};
export const ENCODER_AWAY: Problems = {
  'operators-encoder-unavailable': 'the encoder of operators that were never seen before does not answer',
};
export const INTERNAL: Problems = { internal: 'the request could not be answered; it is our fault' };
export const NOT_JSON: Problems = {
  'json-malformed': 'the body must be JSON, and is not from character 17 on',
  'body-not-utf8': 'the body must be JSON in UTF-8',
};
export const NOT_A_FORM: Problems = { 'form-malformed': 'the body must be multipart/form-data' };
export const TOO_LARGE: Problems = { 'body-too-large': 'the body may have at most 1000000 bytes' };
export const WRONG_TYPE: Problems = {
  'content-type-unsupported': 'expected Content-Type application/json, got "text/plain"',
};
export const BODY: Problems = { 'request-invalid': 'Too big: expected array to have <=1024 items' };
export const QUERY: Problems = { 'query-invalid': 'Too big: expected number to be <=500' };
export const IDEMPOTENCY: Problems = {
  'idempotency-key-reused': 'the Idempotency-Key was used before, with another request',
  'idempotency-key-in-use': 'the same call is being answered; ask again for its answer',
};
export const IDEMPOTENCY_HEADER: Problems = {
  'idempotency-key-invalid': 'expected 1 to 255 visible ASCII characters in Idempotency-Key',
};
export const ANSWER: Problems = {
  'answer-too-large':
    'the answer is too large to be kept for its Idempotency-Key: include less, or score less',
};
export const NEW_WORDS: Problems = {
  'operators-too-many-new-words': 'at most 32 operators that were never seen before in one call, got 40',
};
export const OPERATOR: Problems = {
  'operator-empty': 'an operator has at least one word',
  'operator-too-long': 'an operator has at most 256 characters, got 300',
};
export const NO_SPACE: Problems = {
  'space-not-found': 'expected one of nas-bench-201, nas-bench-101, darts, transnas-bench-101, macro-chain',
};
export const NO_SEARCH: Problems = { 'search-not-found': 'the account has no search of this id' };
export const NOTHING_FOUND: Problems = {
  'nothing-found': 'no architecture within the limits was found so far',
};
export const NO_ACCOUNT: Problems = { 'account-not-found': 'no such account, or no such key' };
export const PLAN: Problems = { 'plan-unknown': 'expected one of free, team, unlimited' };
export const EVENT: Problems = {
  'last-event-id': 'expected the id of an event in Last-Event-ID, a whole number',
};
export const EXPORT: Problems = {
  'export-not-for-space':
    'architectures of nas-bench-201 are not written as genotypes; arch gives their own notation',
  'operator-not-in-pytorch':
    'no PyTorch module is known for the operator "retention"; dot and json can show the architecture',
};

/** Of graphs, however they are written. */
const GRAPH: Problems = {
  'graph-bad-count': 'an edge has a count of 1 to 255, got 0',
  'graph-cycle': 'the graph must be acyclic, but node "b" is on or behind a cycle',
  'graph-duplicate-node': 'node ids are unique, but "a" comes twice',
  'graph-empty-operator': 'every node has an operator in words',
  'graph-input-count': 'exactly one input node is needed, got 2',
  'graph-input-edge': 'no edge may lead to the input',
  'graph-output-count': 'exactly one output node is needed, got 2',
  'graph-output-edge': 'no edge may lead from the output',
  'graph-too-large': 'at most 64 nodes may remain once identities and dead ends are removed, got 80',
  'graph-too-many-edges': 'a graph has at most 4096 edges, got 5000',
  'graph-too-many-nodes': 'a graph has at most 1024 nodes, got 2000',
  'graph-unknown-node': 'expected the id of a node, got "c"',
};

/** Of architectures, by format. */
export const ARCHITECTURE: Problems = {
  ...GRAPH,
  ...OPERATOR,
  'unknown-format': 'expected one of the formats nas-bench-101, nas-bench-201, darts, ..., got "keras"',
  'architecture-type': 'a nas-bench-201 cell is a text such as "|nor_conv_3x3~0|+|..."',
  'architecture-too-long': 'expected at most 256 characters, got 1000',
  'json-syntax': 'expected JSON, got "{"',
  'json-shape': 'expected an array of edges',
  'json-too-deep': 'JSON may be nested 16 deep',
  'nas-bench-201-syntax': 'expected "~2|" at character 76, got "~3|"',
  'nas-bench-201-operator': 'expected one of none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3',
  'nas-bench-101-syntax': 'expected a matrix and operators',
  'nas-bench-101-not-square': 'expected a square matrix of 2 to 7 rows',
  'nas-bench-101-not-upper-triangular': 'edges lead from earlier to later vertices',
  'nas-bench-101-operator': 'expected one of conv1x1-bn-relu, conv3x3-bn-relu, maxpool3x3',
  'nas-bench-101-operator-count': 'expected one operator a vertex',
  'nas-bench-101-too-many-edges': 'a cell has at most 9 edges, got 12',
  'darts-syntax': 'expected "Genotype(" at character 0',
  'darts-operator': 'expected one of max_pool_3x3, avg_pool_3x3, skip_connect, sep_conv_3x3, ...',
  'darts-state': 'expected an earlier state, 0 to 2, got 5',
  'darts-node-count': 'expected two operators a node',
  'darts-concat': 'expected states of the cell to concatenate',
  'darts-dataset': 'expected cifar10 or imagenet',
  'transnas-bench-101-syntax': 'expected "_" at character 10',
  'transnas-bench-101-channels': 'expected 64 channels at the beginning',
  'chain-syntax': 'expected {"stages": [...]}',
  'chain-operator': 'expected an operator in words',
  'chain-too-long': 'a chain has at most 64 stages, got 80',
  'nas-bench-macro-syntax': 'expected eight digits of 0, 1 and 2',
  'accel-nasbench-stages': 'expected seven stages',
  'dag-reserved-id': 'in and out are the input and the output of the graph',
  'onnx-malformed': 'expected an ONNX model',
  'onnx-syntax': 'expected base64, or the text of an ONNX graph',
  'onnx-too-large': 'an ONNX model may have at most 20000000 bytes',
  'onnx-no-input': 'the graph has no input',
  'onnx-no-output': 'the graph has no output',
  'onnx-unknown-tensor': 'no node and no input makes the tensor "x"',
  'onnx-shape-unknown': 'the shape of "x" is not known',
  'onnx-size-implausible': 'the sizes of "x" are beyond what a network has',
};

/** Of spaces that callers define, and of what is searched for. */
export const SEARCH: Problems = {
  ...OPERATOR,
  'unknown-space':
    'expected one of the spaces nas-bench-201, nas-bench-101, ..., or a definition; got "resnets"',
  'space-operator': 'expected an operator in words',
  'space-single': 'a space has more than one architecture',
  'space-disconnected': 'no path leads from the input to the output',
  'space-state-unreachable': 'no edge leads to the state "b"',
  'space-duplicate-edge': 'the edge from "a" to "b" comes twice',
  'space-duplicate-choice': 'the choices of an edge differ from each other',
  'json-shape': 'expected "kind" to be "cell" or "chain"',
  'graph-too-large': 'at most 64 nodes may remain once identities and dead ends are removed, got 80',
  'too-many-evaluations': 'at most 100000 evaluations in a search, got 200000',
  'budget-too-small': 'pruning nas-bench-201 takes 24 evaluations or more, but it has 10',
  'no-supernet': 'the supernet of the space is larger than a graph may be; score it as "expected"',
  'unknown-head': 'expected params, flops, depth or a head of the model (accuracy, ...), got "watts"',
  'webhook-address': 'expected an https address that is reached from everywhere',
};
