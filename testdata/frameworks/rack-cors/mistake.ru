# frozen_string_literal: true

# Serves one file of mistakes/: its lines are those of a config.ru.

require 'json'
require 'rack/cors'

# The application, which knows nothing of CORS.
class Items
  METHODS = %w[GET HEAD POST PUT].freeze

  def call(env)
    return [405, { 'Allow' => METHODS.join(', ') }, []] unless METHODS.include?(env['REQUEST_METHOD'])

    fields = { 'X-Request-Id' => '7c1e', 'ETag' => '"1"', 'Content-Type' => 'application/json' }
    [200, fields, env['REQUEST_METHOD'] == 'HEAD' ? [] : [JSON.generate(items: [])]]
  end
end

# 401 without an Authorization field.
class Authenticate
  def initialize(app)
    @app = app
  end

  def call(env)
    env['HTTP_AUTHORIZATION'] ? @app.call(env) : [401, {}, []]
  end
end

instance_eval(File.read(ENV.fetch('CORSPROOF_MISTAKE')), ENV.fetch('CORSPROOF_MISTAKE'))
run Items.new
