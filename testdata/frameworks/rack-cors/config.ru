# frozen_string_literal: true

# The adapter of Ruby with rack-cors.

require 'json'
require 'rack/cors'
require_relative 'contract'
require_relative 'options'

# The layer outside of everything: it announces a variation of its own.
class Outermost
  def initialize(app)
    @app = app
  end

  def call(env)
    status, headers, body = @app.call(env)
    headers['Vary'] = [headers['Vary'], 'Accept-Encoding'].compact.join("\n")
    [status, headers, body]
  end
end

# The application behind its CORS layer.
class Mounted
  # With a pattern other than '*' the layer is to tell its paths from others by itself.
  def self.build(policy, pattern = '*', app = Contract.new)
    Rack::Cors.new(app) do
      allow do
        origins(*Options.origins(policy))
        resource pattern, **Options.resource(policy)
      end
    end
  rescue StandardError => e
    refused = e.message.split.join(' ')
    ->(_env) { [501, { 'X-Refused' => refused }, []] }
  end
end

policies = JSON.parse(File.read(ENV.fetch('CORSPROOF_POLICIES')))
use Outermost
by_path, by_name = policies.partition { |policy| policy['path'] }
by_name.each do |policy|
  map("/#{policy['name']}") { run Mounted.build(policy) }
end
# Whatever is not below a policy's name asks the layer of the one that has a path of its own.
by_path.each do |policy|
  below = "/#{policy['path']}"
  run Mounted.build(policy, "#{below}/*", Rack::URLMap.new(below => Contract.new))
end
